// Reads a feed with ical.js, strictly, and prints what it says of each event as JSON.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

ICAL.design.strict = true;
const calendar = new ICAL.Component(ICAL.parse(readFileSync(process.argv[2], "utf-8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) {
  ICAL.TimezoneService.register(zone);
}
const text = (event, name) => event.getFirstPropertyValue(name) ?? "";
const time = (value) => ({ wall: value.toString(), seconds: value.isDate ? null : value.toUnixTime() });
const said = calendar.getAllSubcomponents("vevent").map((event) => ({
  uid: text(event, "uid"),
  start: time(event.getFirstPropertyValue("dtstart")),
  end: time(event.getFirstPropertyValue("dtend")),
  summary: text(event, "summary"),
  description: text(event, "description"),
  location: text(event, "location"),
  status: text(event, "status"),
  sequence: event.getFirstPropertyValue("sequence"),
  url: text(event, "url"),
}));
process.stdout.write(JSON.stringify(said));
