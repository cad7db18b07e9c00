/* Reads a feed with libical, has it check the restrictions of RFC 5546 on it, and prints what it says as JSON. */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *whole_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *content;
    long size;

    if (!file)
        exit(2);
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);
    content = calloc((size_t)size + 1, 1);
    if (fread(content, 1, (size_t)size, file) != (size_t)size)
        exit(2);
    fclose(file);
    return content;
}

static void print_text(const char *name, const char *value)
{
    const unsigned char *each;

    printf("\"%s\":\"", name);
    for (each = (const unsigned char *)(value ? value : ""); *each; each++) {
        if (*each == '"' || *each == '\\' || *each < 0x20)
            printf("\\u%04x", *each);
        else
            putchar(*each);
    }
    printf("\",");
}

static void print_time(const char *name, icaltimetype time)
{
    printf("\"%s\":{\"wall\":\"%04d-%02d-%02d", name, time.year, time.month, time.day);
    if (time.is_date) {
        printf("\",\"seconds\":null},");
        return;
    }
    printf("T%02d:%02d:%02d\",", time.hour, time.minute, time.second);
    printf("\"seconds\":%lld},", (long long)icaltime_as_timet_with_zone(time, time.zone));
}

static void print_event(icalcomponent *event)
{
    icalproperty *status = icalcomponent_get_first_property(event, ICAL_STATUS_PROPERTY);
    icalproperty *url = icalcomponent_get_first_property(event, ICAL_URL_PROPERTY);

    printf("{");
    print_text("uid", icalcomponent_get_uid(event));
    print_time("start", icalcomponent_get_dtstart(event));
    print_time("end", icalcomponent_get_dtend(event));
    print_text("summary", icalcomponent_get_summary(event));
    print_text("description", icalcomponent_get_description(event));
    print_text("location", icalcomponent_get_location(event));
    print_text("status", status ? icalproperty_get_value_as_string(status) : "");
    print_text("url", url ? icalproperty_get_url(url) : "");
    printf("\"sequence\":%d}", icalcomponent_get_sequence(event));
}

/* Counts, as X-LIC-ERROR, what the parser or the check left in the calendar or in one of its parts. */
static int errors_in(icalcomponent *part)
{
    icalproperty *error = icalcomponent_get_first_property(part, ICAL_XLICERROR_PROPERTY);
    icalcomponent *inner;
    int number = 0;

    for (; error; error = icalcomponent_get_next_property(part, ICAL_XLICERROR_PROPERTY)) {
        fprintf(stderr, "%s\n", icalproperty_as_ical_string(error));
        number++;
    }
    inner = icalcomponent_get_first_component(part, ICAL_ANY_COMPONENT);
    for (; inner; inner = icalcomponent_get_next_component(part, ICAL_ANY_COMPONENT))
        number += errors_in(inner);
    return number;
}

int main(int count, char **arguments)
{
    icalcomponent *calendar, *event;
    const char *separator = "";

    if (count != 2)
        return 2;
    icalerror_set_errors_are_fatal(0);
    calendar = icalparser_parse_string(whole_file(arguments[1]));
    if (!calendar || icalcomponent_isa(calendar) != ICAL_VCALENDAR_COMPONENT)
        return 3;
    if (!icalrestriction_check(calendar) || errors_in(calendar) > 0) {
        errors_in(calendar);
        return 4;
    }
    printf("[");
    event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
    for (; event; event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
        printf("%s", separator);
        print_event(event);
        separator = ",";
    }
    printf("]");
    return 0;
}
