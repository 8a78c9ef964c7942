import { expect, it } from 'vitest';
import { isTooLong, linkIn } from './meeting';

it('300 bytes are 100 Chinese characters', () => {
  expect([isTooLong(` ${'会'.repeat(100)} `), isTooLong('会'.repeat(100) + 'a'), isTooLong('a'.repeat(300))]).toEqual([false, true, false]);
});

it('follows an https address only', () => {
  expect(linkIn('https://meet.example.cn/j/1?pwd=2')).toEqual({ link: 'https://meet.example.cn/j/1?pwd=2', rest: '' });
  expect(linkIn(' https://meet.example.cn/j/1 密码 8888')).toEqual({ link: 'https://meet.example.cn/j/1', rest: '密码 8888' });
  for (const other of ['http://meet.example.cn', 'javascript:alert(1)', '二楼会诊室 https://x', 'https://', '']) expect(linkIn(other)).toBeNull();
});
