using Headgate.Control.Access;
using Headgate.Control.Usage;
using Headgate.Domain;
using Headgate.Operations;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.Control.Tests;

/// <summary>Quotas are checked in the transaction that reserves, so no number of calls at once exceeds them.</summary>
public sealed class QuotaTests
{
    [Theory]
    [InlineData(7, null, null, null, 7)]
    [InlineData(null, 5L << 30, null, null, 5)]
    [InlineData(null, null, 1999L, null, 9)] // 9 x min 200
    [InlineData(null, null, null, 11_500L, 11)] // 11 x max 1000
    public async Task Creates_at_once_never_exceed_a_quota_and_use_it_up(int? volumes, long? bytes, long? min, long? max, int fit)
    {
        await using var world = await World.StartAsync(("capacityIops", "100000"), ("capacityBytes", "1TiB"));
        await SetAsync(world, new AccountQuota { MaxVolumes = volumes, MaxBytes = bytes is { } b ? new ByteSize(b) : null, MaxMinIops = min, MaxMaxIops = max });
        var asked = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Task.Run(() => world.CreateAsync($"v{i}"))));
        Assert.Equal(fit, asked.Count(a => a.IsDone));
        Assert.All(asked.Where(a => !a.IsDone), a => Assert.Equal("quota-exceeded", a.Problem!.Code));
        foreach (var done in asked.Where(a => a.IsDone)) await world.DoneAsync(Task.FromResult(done));
        await world.AssertSoundAsync();
        await AssertLedgersAsync(world);
    }

    [Fact]
    public async Task Every_change_that_takes_more_is_checked_and_what_gives_back_is_not()
    {
        await using var world = await World.StartAsync(("capacityIops", "100000"), ("capacityBytes", "1TiB"));
        await world.DoneAsync(world.Get<CreateVolume>().ExecuteAsync(
            world.Tenant, new CreateVolumeRequest("v", "free") { Size = ByteSize.GiB(2), MinIops = 100, MaxIops = 1000 }, world.Stop));
        await world.DoneAsync(world.Get<CreateSnapshot>().ExecuteAsync(world.Tenant, "v", "s", world.Stop));
        await SetAsync(world, new AccountQuota { MaxVolumes = 1, MaxSnapshots = 1, MaxBytes = ByteSize.GiB(2), MaxMinIops = 100, MaxMaxIops = 1000 });

        await RefusedAsync(world.Get<ResizeVolume>().ExecuteAsync(world.Tenant, "v", ByteSize.GiB(3), world.Stop), "bytes: 1073741824 more asked, 2147483648 used of 2147483648");
        await RefusedAsync(world.Get<SetVolumeQos>().ExecuteAsync(world.Tenant, "v", new SetVolumeQosRequest(150, 1000, null, null), world.Stop), "min IOPS: 50 more asked, 100 used of 100");
        await RefusedAsync(world.Get<SetVolumeQos>().ExecuteAsync(world.Tenant, "v", new SetVolumeQosRequest(100, 1001, null, null), world.Stop), "max IOPS: 1 more asked, 1000 used of 1000");
        await RefusedAsync(world.Get<SetVolumeQos>().ExecuteAsync(world.Tenant, "v", new SetVolumeQosRequest(100, null, null, null), world.Stop), "without a max");
        await RefusedAsync(world.Get<ChangeVolumeOffering>().ExecuteAsync(world.Tenant, "v", "gold", world.Stop), "min IOPS: 100 more asked");
        await RefusedAsync(world.Get<CreateSnapshot>().ExecuteAsync(world.Tenant, "v", "s2", world.Stop), "snapshots: 1 more asked, 1 used of 1");
        await RefusedAsync(
            world.Get<CreateVolume>().ExecuteAsync(world.Tenant, new CreateVolumeRequest("copy", "free") { FromSnapshot = "s", MaxIops = 1 }, world.Stop), "volumes: 1 more asked");
        Assert.Equal((VolumeState.Ready, ByteSize.GiB(2)), ((await world.VolumeAsync("v")).Volume.State, (await world.VolumeAsync("v")).Volume.Size));

        await world.DoneAsync(world.Get<SetVolumeQos>().ExecuteAsync(world.Tenant, "v", new SetVolumeQosRequest(50, 500, null, null), world.Stop));
        await world.DoneAsync(world.Get<SetVolumeQos>().ExecuteAsync(world.Tenant, "v", new SetVolumeQosRequest(100, 1000, null, null), world.Stop));
        await world.DoneAsync(world.Get<DeleteVolume>().ExecuteAsync(world.Tenant, "v", world.Stop));
        await RefusedAsync(world.CreateAsync("w"), "volumes: 1 more asked"); // the recycle bin counts
        await world.DoneAsync(world.Get<RecoverVolume>().ExecuteAsync(world.Tenant, "v", world.Stop));
        await world.DoneAsync(world.Get<DeleteSnapshot>().ExecuteAsync(world.Tenant, "s", world.Stop));
        await world.DoneAsync(world.Get<DeleteVolume>().ExecuteAsync(world.Tenant, "v", world.Stop));
        await world.DoneAsync(world.Get<ExpungeVolume>().ExecuteAsync(world.Tenant, "v", world.Stop));
        await AssertLedgersAsync(world);
        await using var db = world.Database.Open();
        Assert.Equal(0, await db.Meters.CountAsync(world.Stop));
    }

    [Fact]
    public async Task Usage_is_cut_at_every_change_and_ends_with_the_volume()
    {
        await using var world = await World.StartAsync(("capacityIops", "100000"), ("capacityBytes", "1TiB"));
        await world.DoneAsync(world.CreateAsync("v"));
        await world.DoneAsync(world.Get<ResizeVolume>().ExecuteAsync(world.Tenant, "v", ByteSize.GiB(3), world.Stop));
        await world.DoneAsync(world.Get<DeleteVolume>().ExecuteAsync(world.Tenant, "v", world.Stop));
        await world.DoneAsync(world.Get<ExpungeVolume>().ExecuteAsync(world.Tenant, "v", world.Stop));
        await using var db = world.Database.Open();
        var spans = await db.UsageRecords.OrderBy(r => r.Id).ToListAsync(world.Stop);
        Assert.Equal(
            [(1L << 30, 200L, 1000L), (3L << 30, 200L, 1000L), (3L << 30, 0L, 0L)],
            spans.Select(s => (s.Billed.Bytes, s.Billed.MinIops, s.Billed.MaxIops)));
        Assert.All(spans.Zip(spans.Skip(1)), pair => Assert.Equal(pair.First.Until, pair.Second.From));

        var reports = new UsageReports(world.Database, TimeProvider.System);
        async Task<UsageReport> ReportAsync(Caller caller, UsageGroup by, string? account = null) => (await reports.ExecuteAsync(
            caller, new UsageRequest(DateTimeOffset.UnixEpoch, null, account, by), new PageRequest(), world.Stop)).ValueOrThrow();
        var whole = spans.Aggregate(default(UsageSum), (sum, s) => sum + UsageSum.Of(s.Billed, s.Until - s.From, null));
        Assert.Equal(whole, (await ReportAsync(world.Tenant, UsageGroup.Object)).Total);
        Assert.Equal("v", Assert.Single((await ReportAsync(world.Tenant, UsageGroup.Object)).Lines.Items).Name);
        Assert.Equal("acme", Assert.Single((await ReportAsync(world.Admin, UsageGroup.Account)).Lines.Items).Account);
        Assert.Empty((await ReportAsync(world.Stranger, UsageGroup.Object)).Lines.Items);
        var foreign = await reports.ExecuteAsync(world.Stranger, new UsageRequest(null, null, "acme", UsageGroup.Object), new PageRequest(), world.Stop);
        Assert.Equal("account-not-found", foreign.Problem?.Code);
    }

    [Fact]
    public async Task What_was_made_before_there_were_meters_gets_them_once()
    {
        await using var world = await World.StartAsync();
        await world.DoneAsync(world.CreateAsync("old"));
        await world.Database.WriteAsync(
            async (db, stop) =>
            {
                await db.Meters.ExecuteDeleteAsync(stop);
                await db.AccountLedgers.ExecuteDeleteAsync(stop);
            },
            world.Stop);
        using var adoption = new MeterAdoption(world.Database, NullLogger<MeterAdoption>.Instance);
        Assert.Equal(1, await adoption.AdoptAsync(world.Stop));
        Assert.Equal(0, await adoption.AdoptAsync(world.Stop));
        await AssertLedgersAsync(world);
    }

    /// <summary>Each ledger is the sum of the meters, and each meter what its object holds.</summary>
    internal static async Task AssertLedgersAsync(World world)
    {
        await using var db = world.Database.Open();
        var meters = await db.Meters.ToDictionaryAsync(m => m.Id, world.Stop);
        foreach (var volume in await db.Volumes.ToListAsync(world.Stop))
        {
            var metered = Metered.Of(volume);
            if (metered.IsGone) Assert.False(meters.ContainsKey(volume.Id));
            else Assert.Equal((metered.Held, metered.Billed), (meters[volume.Id].Held, meters[volume.Id].Billed));
        }
        foreach (var ledger in await db.AccountLedgers.ToListAsync(world.Stop))
        {
            var sum = meters.Values.Where(m => m.AccountId == ledger.Id).Aggregate(default(Growth), (growth, m) => growth + m.Held.Since(default));
            Assert.Equal(new AccountLedger { Id = ledger.Id, Version = ledger.Version }.After(sum), ledger);
        }
    }

    private static async Task SetAsync(World world, AccountQuota quota) =>
        (await new Quotas(world.Database, TimeProvider.System).SetAsync(world.Admin, "acme", quota, world.Stop)).ValueOrThrow();

    private static async Task RefusedAsync(Task<Outcome<OperationDetails>> asked, string line)
    {
        var problem = (await asked).Problem!;
        Assert.Equal("quota-exceeded", problem.Code);
        Assert.Contains(line, problem.Message, StringComparison.Ordinal);
    }
}
