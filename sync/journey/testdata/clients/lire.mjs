// Reads a calendar with ical.js and prints what it says of its one event, as
// comparer.py does. Arguments: the .ics file, the module ical.js.
import { readFileSync } from "node:fs";

const { default: ICAL } = await import(process.argv[3]);
const calendar = new ICAL.Component(ICAL.parse(readFileSync(process.argv[2], "utf8")));
const event = calendar.getFirstSubcomponent("vevent");
console.log("METHOD", calendar.getFirstPropertyValue("method"));
for (const name of ["uid", "sequence", "dtstart", "dtend", "location", "status"]) {
  const property = event.getFirstProperty(name);
  const [, parameters, , value] = property.jCal;
  const zone = parameters.tzid ? parameters.tzid + " " : "";
  console.log(`${name.toUpperCase()} ${zone}${name.startsWith("dt") ? value.replace(/[-:]/g, "") : value}`);
}
