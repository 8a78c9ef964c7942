// Where those invited to a consultation meet: a room, a number, or the address of a video meeting.
export const meetingMost = 300;   // bytes

export const isTooLong = (meeting: string): boolean => new TextEncoder().encode(meeting.trim()).length > meetingMost;

// Only an address that is encrypted on its way is followed; what stands after it (a password) stays text.
export function linkIn(meeting: string): { link: string; rest: string } | null {
  const match = /^(https:\/\/\S+)(.*)$/s.exec(meeting.trim());
  return match && { link: match[1], rest: match[2].trim() };
}
