import type { SchemaField } from './schema.ts';
import type { SchemaChange } from './schema-difference.ts';

/** What the comparison of two lists of fields reports to. */
export interface FieldReport {
  /** Both have the field in the same place: their types are to be compared. */
  both(first: SchemaField, second: SchemaField): void;
  differs(change: SchemaChange, first: SchemaField | undefined, second: SchemaField | undefined): void;
}

/**
 * Compares the fields of an object. Required fields stand one behind the other, so that both sides must have the same ones in the same order. Optional
 * fields have a bit each, so that one side may know more of them than the other, as long as those that both know have the same places.
 */
export function compareFields(first: readonly SchemaField[], second: readonly SchemaField[], report: FieldReport): void {
  const sides = { first: new FieldList(first), second: new FieldList(second) };
  compareRequired(sides, report);
  comparePlaces(sides, report);
}

class FieldList {
  readonly required: readonly SchemaField[];
  /** By presence bit, reserved ones included. */
  readonly places: readonly SchemaField[];
  readonly requiredNames: ReadonlyMap<string, SchemaField>;
  readonly optionalNames: ReadonlyMap<string, SchemaField>;

  constructor(fields: readonly SchemaField[]) {
    this.required = fields.filter((field) => !field.optional);
    this.places = fields.filter((field) => field.optional);
    this.requiredNames = new Map(this.required.map((field) => [field.name, field]));
    this.optionalNames = new Map(this.places.filter((field) => !field.isReserved).map((field) => [field.name, field]));
  }
}

interface Sides {
  readonly first: FieldList;
  readonly second: FieldList;
}

function compareRequired({ first, second }: Sides, report: FieldReport): void {
  const renamed = renamedFields({ first, second });
  let isWhole = true;
  for (const field of first.required) {
    const other = second.requiredNames.get(field.name);
    if (other) {
      report.both(field, other);
      continue;
    }
    isWhole = false;
    const optional = second.optionalNames.get(field.name);
    const renaming = renamed.get(field);
    if (optional) report.differs('becameOptional', field, optional);
    else if (renaming) report.differs('renamed', field, renaming);
    else report.differs('requiredRemoved', field, undefined);
  }
  const taken = new Set(renamed.values());
  for (const field of second.required) {
    if (first.requiredNames.has(field.name) || taken.has(field)) continue;
    isWhole = false;
    const optional = first.optionalNames.get(field.name);
    if (optional) report.differs('becameRequired', optional, field);
    else report.differs('requiredAdded', undefined, field);
  }
  if (!isWhole) return;
  const moved = first.required.findIndex((field, index) => field.name !== second.required[index]?.name);
  if (moved !== -1) report.differs('requiredMoved', first.required[moved], second.required[moved]);
}

/** Where one side has an unknown name and the other has another unknown name in its stead, the field was renamed. */
function renamedFields({ first, second }: Sides): ReadonlyMap<SchemaField, SchemaField> {
  const renamed = new Map<SchemaField, SchemaField>();
  if (first.required.length !== second.required.length) return renamed;
  first.required.forEach((field, index) => {
    const other = second.required[index] as SchemaField;
    const isGone = !second.requiredNames.has(field.name) && !second.optionalNames.has(field.name);
    const isNew = !first.requiredNames.has(other.name) && !first.optionalNames.has(other.name);
    if (isGone && isNew) renamed.set(field, other);
  });
  return renamed;
}

function comparePlaces({ first, second }: Sides, report: FieldReport): void {
  const common = Math.min(first.places.length, second.places.length);
  for (let place = 0; place < common; place++) {
    const one = first.places[place] as SchemaField;
    const other = second.places[place] as SchemaField;
    if (one.name !== other.name) {
      // What comes behind is out of place as well. A field that became required was reported already.
      if (!second.requiredNames.has(one.name) && !first.requiredNames.has(other.name)) report.differs('optionalMoved', one, other);
      return;
    }
    if (!one.isReserved && other.isReserved) report.differs('optionalRemoved', one, other);
    if (one.isReserved && !other.isReserved) report.differs('optionalRestored', one, other);
    report.both(one, other);
  }
  for (const field of first.places.slice(common)) {
    if (!field.isReserved && !second.requiredNames.has(field.name)) report.differs('optionalRemoved', field, undefined);
  }
  for (const field of second.places.slice(common)) {
    if (!field.isReserved && !first.requiredNames.has(field.name)) report.differs('optionalAdded', undefined, field);
  }
}
