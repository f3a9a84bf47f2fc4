// Reads calendar objects with ical.js, the parser of Thunderbird: one in base64 a line, answered by one line of JSON.
// Times are seconds since 1970, by the VTIMEZONE of the object itself. Needs the path of ical.js in ICAL_JS.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const loaded = createRequire(import.meta.url)(process.env.ICAL_JS);
const ICAL = loaded.default ?? loaded;

for await (const line of createInterface({ input: process.stdin })) {
  const calendar = new ICAL.Component(ICAL.parse(Buffer.from(line, 'base64').toString('utf8')));
  const [event, ...others] = calendar.getAllSubcomponents('vevent');
  if (others.length) throw new Error(`${others.length + 1} events in one mail`);
  const zones = new Map(calendar.getAllSubcomponents('vtimezone').map((component) => {
    const tzid = component.getFirstPropertyValue('tzid');
    return [tzid, new ICAL.Timezone({ component, tzid })];
  }));
  const instant = (name) => {
    const property = event.getFirstProperty(name);
    const time = property.getFirstValue().clone();
    const tzid = property.getFirstParameter('tzid');
    if (tzid) time.zone = zones.get(tzid);
    return time.toUnixTime();
  };
  const text = (name) => event.getFirstPropertyValue(name) ?? '';
  const address = (name) => text(name).replace(/^mailto:/i, '');
  console.log(JSON.stringify({
    method: calendar.getFirstPropertyValue('method'),
    uid: text('uid'),
    sequence: event.getFirstPropertyValue('sequence'),
    stamped: instant('dtstamp'),
    starts: instant('dtstart'),
    ends: instant('dtend'),
    title: text('summary'),
    place: text('location'),
    conference: text('conference'),
    status: text('status'),
    organizer: address('organizer'),
    attendee: address('attendee'),
  }));
}
