/** Methods that Node.js has had on every Buffer since version 4 and that its type package leaves out. */
interface Buffer {
  utf8Write(text: string, offset: number, length?: number): number;
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
}
