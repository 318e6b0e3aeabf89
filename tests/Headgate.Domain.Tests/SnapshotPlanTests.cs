using System.Globalization;
using CsCheck;
using Headgate.Domain;
using Headgate.Primitives;

namespace Headgate.Domain.Tests;

/// <summary>When schedules are due, what they are for and what they call it.</summary>
public class SnapshotPlanTests
{
    [Theory]
    [InlineData("30 3 * * *", "UTC", "2026-11-23T03:29:59Z", "2026-11-23T03:30Z")]
    [InlineData("30 3 * * *", "UTC", "2026-11-23T03:30:00Z", "2026-11-24T03:30Z")]
    [InlineData("*/15 * * * *", "UTC", "2026-11-23T03:31:00Z", "2026-11-23T03:45Z")]
    [InlineData("0 8-18/5 * * mon-fri", "UTC", "2026-11-21T00:00:00Z", "2026-11-23T08:00Z")] // a Saturday
    [InlineData("0 0 29 2 *", "UTC", "2026-11-23T00:00:00Z", "2028-02-29T00:00Z")]
    [InlineData("0 0 29 2 *", "UTC", "2096-02-29T00:00:00Z", "2104-02-29T00:00Z")]
    [InlineData("0 0 13 * 5", "UTC", "2026-11-09T00:00:00Z", "2026-11-13T00:00Z")] // either of the two days, as in cron
    [InlineData("0 0 1 * 0", "UTC", "2026-11-23T00:00:00Z", "2026-11-29T00:00Z")]
    [InlineData("0 0 * * 7", "UTC", "2026-11-23T00:00:00Z", "2026-11-29T00:00Z")] // Sunday by its other number
    [InlineData("30 3 * * *", "Europe/Berlin", "2026-07-01T00:00:00Z", "2026-07-01T01:30Z")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00Z")] // 02:30 is not there that day; 03:00 comes after 01:59
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30Z")] // there twice; the first
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-26T01:30Z")] // and not the second
    [InlineData("30 * * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T01:30Z")] // every hour is every hour
    [InlineData("0 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00:00Z", "2018-11-04T03:00Z")] // midnight is not there; the day begins at one
    public void A_rule_is_due_next(string rule, string zone, string after, string due)
    {
        Assert.True(CronRule.TryParse(rule, out var parsed, out var problem), problem);
        var next = parsed!.Next(At(after), TimeZoneInfo.FindSystemTimeZoneById(zone));
        Assert.Equal(At(due), next);
    }

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* 24 * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("* * 32 * *")]
    [InlineData("* * * 13 *")]
    [InlineData("* * * * 8")]
    [InlineData("5-1 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("1/2/3 * * * *")]
    [InlineData("a * * * *")]
    [InlineData("0 0 30 2 *")]
    public void A_rule_that_is_none_is_refused_with_a_sentence(string rule)
    {
        Assert.False(CronRule.TryParse(rule, out _, out var problem));
        Assert.EndsWith(".", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_due_next_is_after_and_fits_and_nothing_between_does() =>
        Gen.Select(Gen.Int[0, 59], Gen.Int[0, 23], Gen.Int[0, 6], Gen.Int[0, 365 * 24 * 60]).Sample((minute, hour, weekday, from) =>
        {
            Assert.True(CronRule.TryParse($"{minute} {hour} * * {weekday}", out var rule, out _));
            var after = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(from);
            var next = rule!.Next(after, TimeZoneInfo.Utc);
            return next > after && next - after <= TimeSpan.FromDays(7) && (next.Minute, next.Hour, (int)next.DayOfWeek) == (minute, hour, weekday);
        });

    [Theory]
    [InlineData("db1", "db*", true)]
    [InlineData("db", "db*", true)]
    [InlineData("adb", "db*", false)]
    [InlineData("prod-db-1", "*db*", true)]
    [InlineData("aba", "a*ba*a", false)]
    [InlineData("db1", "db1", true)]
    [InlineData("db12", "db1", false)]
    [InlineData("aa", "a*a*a", false)]
    public void A_pattern_fits_names(string name, string pattern, bool fits) => Assert.Equal(fits, Schedule(pattern).IsFor(AVolume(name)));

    [Fact]
    public void Another_accounts_volume_is_never_a_schedules() =>
        Assert.False((Schedule("*") with { Volumes = [AVolume("db1").Id.ToString()] }).IsFor(AVolume("db1") with { AccountId = Guid.NewGuid() }));

    [Fact]
    public void Names_of_snapshots_are_lawful_and_tell_volumes_apart()
    {
        var at = new DateTimeOffset(2026, 11, 23, 3, 30, 0, TimeSpan.Zero);
        Assert.Equal("nightly-db1-20261123-033000", SnapshotSchedule.NameOf("nightly", AVolume("db1"), at));
        var (one, two) = (AVolume(new string('a', 64)), AVolume(new string('a', 63) + "b"));
        var names = new[] { one, two }.Select(volume => SnapshotSchedule.NameOf(new string('s', 64), volume, at)).ToList();
        Assert.All(names, name => Assert.Null(ObjectName.Problem(name, "snapshot")));
        Assert.Equal(2, names.Distinct().Count());
    }

    private static SnapshotSchedule Schedule(string pattern) => new()
    {
        Id = Guid.NewGuid(), Name = "s", AccountId = Guid.Empty, NamePattern = pattern, Rule = "* * * * *", TimeZone = "UTC", NextAt = default, CreatedAt = default,
    };

    private static Volume AVolume(string name) => new()
    {
        Id = Guid.CreateVersion7(), Name = name, AccountId = Guid.Empty, ZoneId = default, PoolId = default, DiskOfferingId = default, Size = ByteSize.GiB(1),
        Promises = [], CreatedAt = default,
    };

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
