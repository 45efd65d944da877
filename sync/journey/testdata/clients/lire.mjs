// Reads a calendar with ical.js and prints what it says of its one event, as
// comparer.py does. Argument: the .ics file.
import { readFileSync } from "node:fs";
import ICAL from "../../../../frontend/node_modules/ical.js/dist/ical.js";

const calendar = new ICAL.Component(ICAL.parse(readFileSync(process.argv[2], "utf8")));
const event = calendar.getFirstSubcomponent("vevent");
console.log("METHOD", calendar.getFirstPropertyValue("method"));
for (const name of ["uid", "sequence", "dtstart", "dtend", "location", "status"]) {
  const property = event.getFirstProperty(name);
  const [, parameters, , value] = property.jCal;
  const zone = parameters.tzid ? parameters.tzid + " " : "";
  const text = name.startsWith("dt") ? value.replace(/[-:]/g, "") : name === "location" ? value.replace(/([,;\\])/g, "\\$1") : value;
  console.log(`${name.toUpperCase()} ${zone}${text}`);
}
