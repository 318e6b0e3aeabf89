using System.Globalization;

namespace Headgate.Domain;

/// <summary>
/// When something is due, in cron's words: minute, hour, day of month, month, day of week (0 and 7 are Sunday), with lists, ranges, steps and
/// English names. As in Vixie cron a day is due when either of its two fields names it, where both name some.
/// </summary>
/// <remarks>
/// On the day on which clocks go forward, what was due in the hour that is not there is due right after it; on the day on which they go back,
/// what names its hours is due once, in the first of the two equal hours, and what is due every hour in both.
/// </remarks>
public sealed class CronRule
{
    /// <summary>February 29 comes back after eight years at the most (1896 to 1904, and 2096 to 2104).</summary>
    private const int MostDaysAhead = 8 * 366 + 1;

    private const int HoursOfDay = 24;

    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly bool[] _minutes, _hours, _daysOfMonth, _months, _weekdays;
    private readonly bool _anyDayOfMonth, _anyWeekday, _everyHour;

    private CronRule(string text, bool[][] fields, string[] words)
    {
        Text = text;
        (_minutes, _hours, _daysOfMonth, _months, _weekdays) = (fields[0], fields[1], fields[2], fields[3], fields[4]);
        _weekdays[0] |= _weekdays[7];
        (_anyDayOfMonth, _anyWeekday) = (words[2].StartsWith('*'), words[4].StartsWith('*'));
        _everyHour = _hours.Count(due => due) == HoursOfDay;
    }

    /// <summary>As it was given, spaces made one.</summary>
    public string Text { get; }

    /// <summary>The rule, or in one sentence what is wrong with it.</summary>
    public static bool TryParse(string? text, out CronRule? rule, out string? problem)
    {
        (rule, problem) = (null, null);
        var words = (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length != 5)
        {
            problem = $"'{text}' has {words.Length} fields; give five: minute, hour, day of month, month, day of week, for example '30 3 * * *'.";
            return false;
        }
        (string Name, int From, int To, string[] Names)[] kinds =
            [("minute", 0, 59, []), ("hour", 0, 23, []), ("day of month", 1, 31, []), ("month", 1, 12, Months), ("day of week", 0, 7, Weekdays)];
        var fields = new bool[5][];
        for (var i = 0; i < kinds.Length; i++)
        {
            var (name, from, to, names) = kinds[i];
            fields[i] = new bool[to + 1];
            if (words[i].Split(',').All(part => TryRead(part.ToLowerInvariant(), from, to, names, fields[i]))) continue;
            problem = $"The {name} '{words[i]}' cannot be understood; give numbers from {from} to {to}, *, lists (1,5), ranges (1-5) or steps (*/15).";
            return false;
        }
        var parsed = new CronRule(string.Join(' ', words), fields, words);
        if (!parsed.HasADay())
        {
            problem = $"'{parsed.Text}' names a day that no month of it has.";
            return false;
        }
        rule = parsed;
        return true;
    }

    /// <summary>The first moment after <paramref name="after"/> at which it is due in <paramref name="zone"/>.</summary>
    public DateTimeOffset Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        var day = TimeZoneInfo.ConvertTime(after, zone).Date.AddDays(-1); // a gap or a repeated hour may lie across midnight
        for (var ahead = 0; ahead <= MostDaysAhead; ahead++, day = day.AddDays(1))
        {
            if (!IsDueOn(day)) continue;
            var next = MomentsOn(day, zone).Where(moment => moment > after).Select(moment => (DateTimeOffset?)moment).Min();
            if (next is { } due) return due;
        }
        throw new InvalidOperationException($"'{Text}' is never due.");
    }

    private bool HasADay()
    {
        if (!_anyWeekday) return true;
        for (var month = 1; month <= 12; month++)
            if (_months[month] && Enumerable.Range(1, DateTime.DaysInMonth(2024, month)).Any(day => _daysOfMonth[day])) return true;
        return false;
    }

    private bool IsDueOn(DateTime day)
    {
        if (!_months[day.Month]) return false;
        var (ofMonth, ofWeek) = (_daysOfMonth[day.Day], _weekdays[(int)day.DayOfWeek]);
        return (_anyDayOfMonth, _anyWeekday) switch
        {
            (true, true) => true,
            (true, false) => ofWeek,
            (false, true) => ofMonth,
            _ => ofMonth || ofWeek,
        };
    }

    private IEnumerable<DateTimeOffset> MomentsOn(DateTime day, TimeZoneInfo zone) =>
        from hour in Enumerable.Range(0, HoursOfDay)
        where _hours[hour]
        from minute in Enumerable.Range(0, 60)
        where _minutes[minute]
        from moment in Moments(day.AddHours(hour).AddMinutes(minute), zone)
        select moment;

    private IEnumerable<DateTimeOffset> Moments(DateTime local, TimeZoneInfo zone)
    {
        if (zone.IsInvalidTime(local))
        {
            if (_everyHour) yield break; // the next hour that there is comes by itself
            while (zone.IsInvalidTime(local)) local = local.AddMinutes(1);
            // On from where the clocks were put to, in whole hours as the rule says.
        }
        if (!zone.IsAmbiguousTime(local))
        {
            yield return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
            yield break;
        }
        var offsets = zone.GetAmbiguousTimeOffsets(local);
        yield return new DateTimeOffset(local, offsets.Max()).ToUniversalTime();
        if (_everyHour) yield return new DateTimeOffset(local, offsets.Min()).ToUniversalTime();
    }

    private static bool TryRead(string part, int from, int to, string[] names, bool[] field)
    {
        var step = 1;
        var hasStep = part.Split('/') is [_, var by];
        if (part.Count(c => c == '/') > 1 || (hasStep && !(int.TryParse(part.Split('/')[1], NumberStyles.None, CultureInfo.InvariantCulture, out step) && step > 0))) return false;
        var range = part.Split('/')[0];
        var (low, high) = (from, to);
        if (range != "*")
        {
            var ends = range.Split('-');
            if (ends.Length > 2 || !TryNumber(ends[0], from, names, out low)) return false;
            high = hasStep ? to : low;
            if (ends.Length == 2 && !TryNumber(ends[1], from, names, out high)) return false;
        }
        if (low < from || high > to || low > high) return false;
        for (var value = low; value <= high; value += step) field[value] = true;
        return true;
    }

    private static bool TryNumber(string text, int from, string[] names, out int number)
    {
        var named = Array.IndexOf(names, text);
        if (named >= 0)
        {
            number = named + (from == 1 ? 1 : 0);
            return true;
        }
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
