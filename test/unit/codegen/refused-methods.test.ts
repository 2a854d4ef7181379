import { HEAD, refused, taking } from '../../support/refused.ts';

refused(
  'two services for one folder are refused',
  `${HEAD}export interface A extends Service { m(): Promise<void> }\nexport interface AService extends Service { m(): Promise<void> }\n`,
  ['3:18', "AService and A would both be generated into the folder 'a'", 'rename one of them'],
);
refused('a type with the name of a generated class is refused', taking('TestClient', 'export interface TestClient { x: number }'), [
  '3:18',
  "a type used by TestService cannot be named 'TestClient'",
  'generated code uses this name itself; choose another',
]);
refused(
  'an error that is no object is refused',
  `${HEAD}export interface TestService extends Service<E> { m(): Promise<void> }\nexport type E = 'a' | 'b';`,
  [
    '2:46',
    'the error of a service must be a declared object type or union of object types',
    'declare it by name: export type NameError = …',
  ],
);
refused(
  'an inline error type is refused',
  `${HEAD}export interface TestService extends Service<{ reason: string }> { m(): Promise<void> }\n`,
  [
    '2:46',
    'the error of a service must be a declared object type or union of object types',
    'declare it by name: export type NameError = …',
  ],
);
refused(
  'a timeout beyond the longest timer is refused',
  `${HEAD}export interface TestService extends Service {\n  /** @timeout 1000h */\n  m(): Promise<void>;\n}\n`,
  [
    '3:7',
    "cannot read the timeout '1000h'",
    "write a number with a unit, for example '@timeout 500ms', '2s' or '1m'; '0s' is no deadline; at most 24 days",
  ],
);
refused(
  'a timeout that cannot be read is refused',
  `${HEAD}export interface TestService extends Service {\n  /** @timeout soon */\n  m(): Promise<void>;\n}\n`,
  [
    '3:7',
    "cannot read the timeout 'soon'",
    "write a number with a unit, for example '@timeout 500ms', '2s' or '1m'; '0s' is no deadline; at most 24 days",
  ],
);
refused('an optional stream is refused', `${HEAD}export interface TestService extends Service { m(a?: Stream<string>): Promise<void> }\n`, [
  '2:50',
  'a stream cannot be optional',
  "remove the '?': a stream may be empty",
]);
refused(
  'a stream beside another parameter is refused',
  `${HEAD}export interface TestService extends Service { m(a: string, b: Stream<string>): Promise<void> }\n`,
  ['2:61', 'a stream must be the only parameter', 'send the other values as the first item of the stream'],
);
refused(
  'a required parameter after an optional one is refused',
  `${HEAD}export interface TestService extends Service { m(a?: string, b: string): Promise<void> }\n`,
  ['2:62', 'a required parameter cannot follow an optional parameter', 'the file must be valid TypeScript'],
);
refused('a rest parameter is refused', `${HEAD}export interface TestService extends Service { m(...a: string[]): Promise<void> }\n`, [
  '2:50',
  'a parameter needs a plain name and a type',
  'write it as name: T',
]);
refused('a parameter without a type is refused', `${HEAD}export interface TestService extends Service { m(a): Promise<void> }\n`, [
  '2:50',
  'a parameter needs a plain name and a type',
  'write it as name: T',
]);
refused('a method without a return type is refused', `${HEAD}export interface TestService extends Service { m() }\n`, [
  '2:48',
  'a method returns Promise<T> or Stream<T>',
  'write the return type as Promise<T>, or Promise<void> for none',
]);
refused('a method that returns no promise is refused', `${HEAD}export interface TestService extends Service { m(): string }\n`, [
  '2:53',
  'a method returns Promise<T> or Stream<T>',
  'write the return type as Promise<T>, or Promise<void> for none',
]);
refused('a method named constructor is refused', `${HEAD}export interface TestService extends Service { constructor(): Promise<void> }\n`, [
  '2:48',
  "a method cannot be named 'constructor'",
  "generated clients use this name themselves; choose another, for example 'constructorTask'",
]);
refused('a method named then is refused', `${HEAD}export interface TestService extends Service { then(): Promise<void> }\n`, [
  '2:48',
  "a method cannot be named 'then'",
  "generated clients use this name themselves; choose another, for example 'thenTask'",
]);
refused('a method named close is refused', `${HEAD}export interface TestService extends Service { close(): Promise<void> }\n`, [
  '2:48',
  "a method cannot be named 'close'",
  "generated clients use this name themselves; choose another, for example 'closeTask'",
]);
refused('a generic method is refused', `${HEAD}export interface TestService extends Service { m<T>(): Promise<void> }\n`, [
  '2:49',
  'a method cannot be generic',
  'name the types',
]);
refused('an optional method is refused', `${HEAD}export interface TestService extends Service { m?(): Promise<void> }\n`, [
  '2:48',
  'a method cannot be optional',
  "remove the '?'",
]);
refused('a property in a service is refused', `${HEAD}export interface TestService extends Service { m: () => Promise<void> }\n`, [
  '2:48',
  'a service has methods only',
  'write it as a method: name(parameter: T): Promise<R>',
]);
refused(
  'a service that extends more than Service is refused',
  `${HEAD}export interface TestService extends Service, Other { m(): Promise<void> }\n`,
  ['2:18', 'a service extends Service and nothing else', 'repeat the methods in this interface'],
);
refused('a service without methods is refused', `${HEAD}export interface TestService extends Service {}\n`, [
  '2:18',
  'TestService has no methods',
  'add one, for example: ping(): Promise<void>',
]);
refused('a file without a service is refused', 'export interface A { x: number }\n', [
  '1:1',
  'no service in this file',
  "write 'export interface NameService extends Service { … }' with Service imported from the library; give files that only hold types a name without .rpc",
]);
refused(
  'a generic method is refused once, not for each use of its parameter',
  `${HEAD}export interface TestService extends Service { m<T>(a: T): Promise<T[]> }\n`,
  ['2:49', 'a method cannot be generic', 'name the types'],
);
refused('a generic service is refused', `${HEAD}export interface TestService<T> extends Service { m(): Promise<void> }\n`, [
  '2:29',
  'a service cannot be generic',
  'name the types',
]);
refused(
  'two error types are refused',
  `${HEAD}export interface TestService extends Service<E, E> { m(): Promise<void> }\nexport interface E { x: string }`,
  ['2:38', 'Service takes one type, the error', 'remove the others'],
);
refused('a getter in a service is refused', `${HEAD}export interface TestService extends Service { get m(): Promise<void> }\n`, [
  '2:52',
  'a method needs a plain name',
  "write the name out: 'name(parameter: T): Promise<R>'",
]);
refused(
  'a destructured parameter is refused',
  `${HEAD}export interface TestService extends Service { m({ a }: { a: string }): Promise<void> }\n`,
  ['2:50', 'a parameter needs a plain name and a type', 'write it as name: T'],
);
refused(
  'an interface that extends a service is refused',
  `${HEAD}export interface TestService extends Service { m(): Promise<void> }\nexport interface MoreService extends TestService { n(): Promise<void> }\n`,
  [
    '3:38',
    "'MoreService' extends the service TestService and is no service itself",
    "write 'extends Service' and repeat the methods, or split them into two services",
  ],
);
