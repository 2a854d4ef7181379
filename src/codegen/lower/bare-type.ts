import { type AliasModel, type TypeModel, unwrapAlias } from '../model/type-model.ts';

/** A type without the names of its aliases. */
export type BareType = Exclude<TypeModel, AliasModel>;

/** What a type is below its aliases and limits. */
export function withoutLimits(type: TypeModel): BareType {
  const bare = unwrapAlias(type);
  return bare.kind === 'limited' ? withoutLimits(bare.inner) : bare;
}

/** Splits `T | undefined`, which an optional field says in another way. */
export function withoutUndefined(type: TypeModel): { readonly inner: TypeModel; readonly allowsUndefined: boolean } {
  const bare = unwrapAlias(type);
  return bare.kind === 'undefinable' ? { inner: bare.inner, allowsUndefined: true } : { inner: type, allowsUndefined: false };
}
