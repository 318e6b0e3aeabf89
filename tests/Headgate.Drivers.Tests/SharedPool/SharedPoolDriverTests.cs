using Headgate.Drivers.SharedPool;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Drivers.Tests.SharedPool;

/// <summary>What is particular to files in a folder: leftovers, damage, strangers, sharing, settings that do not work.</summary>
public sealed class SharedPoolDriverTests
{
    /// <summary>For calls that queue: how long the last one waits is the disk's to say.</summary>
    private static readonly (string, string) Patient = ("callTimeoutSeconds", "600");

    private static readonly VolumeSpec Small = new("My Disk", ByteSize.MiB(1), QosSpec.None) { AccountId = Guid.NewGuid() };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_volume_is_one_file_and_one_record_and_both_go()
    {
        await using var pool = await FolderFixture.StartAsync();
        var (key, volume) = await MakeAsync(pool);
        var files = pool.Files("hg-*");
        Assert.Equal(2, files.Length);
        Assert.Matches($"^hg-{key}-[0-9a-f]{{8}}\\.raw$", files[0]);
        Assert.Equal($"hg-{key}.json", files[1]);

        (await pool.Driver.DeleteAsync(key, volume.Handle, Stop)).ValueOrThrow();
        Assert.Empty(pool.Files("hg-*"));
    }

    [Fact]
    public async Task Pools_that_come_and_go_at_once_never_meet_two_holders_of_the_lock_and_leave_nothing()
    {
        await using var first = await FolderFixture.StartAsync(null, Patient);
        await using var second = new FolderFixture(first.Folder, Patient);
        await using var third = new FolderFixture(first.Folder, Patient);
        (await first.Store.LifeCycle.RemoveAsync(Stop)).ValueOrThrow();

        await Task.WhenAll(new[] { first, second, third }.Select(pool => Task.Run(async () =>
        {
            for (var n = 0; n < 15; n++)
            {
                (await pool.Store.LifeCycle.AttachAsync(PoolScope.Zone, Stop)).ValueOrThrow();
                var (key, volume) = await MakeAsync(pool); // refused as away when another's attaching lost this pool's entry
                (await pool.Driver.DeleteAsync(key, volume.Handle, Stop)).ValueOrThrow();
                (await pool.Store.LifeCycle.RemoveAsync(Stop)).ValueOrThrow();
            }
        }, Stop)));

        Assert.Empty(first.Files());
    }

    [Fact]
    public async Task Sparse_volumes_take_no_space_and_reserved_ones_take_theirs()
    {
        await using var sparse = await FolderFixture.StartAsync();
        await using var reserved = await FolderFixture.StartAsync(null, ("preallocate", "true"));
        await MakeAsync(sparse, ByteSize.MiB(8));
        var (key, volume) = await MakeAsync(reserved, ByteSize.MiB(8));
        (await reserved.Driver.Facet<IResize>()!.ResizeAsync(key, volume.Handle, ByteSize.MiB(12), Stop)).ValueOrThrow();

        Assert.InRange(Allocated(sparse), 0, 64 << 10);
        Assert.InRange(Allocated(reserved), 12 << 20, 13 << 20);

        static long Allocated(FolderFixture pool) => FileSystem.AllocatedBytes(Path.Combine(pool.Folder, pool.Files("*.raw").Single()));
    }

    [Fact]
    public async Task What_a_crash_left_behind_is_swept_away_and_what_is_being_filled_is_not()
    {
        await using var pool = await FolderFixture.StartAsync();
        var (key, _) = await MakeAsync(pool);
        var (left, busy) = ($"hg-{Guid.NewGuid():N}-0123abcd.raw", $"hg-{Guid.NewGuid():N}-4567cdef.raw");
        string[] leftovers = [left, $"hg-{key}-89abcdef.raw", ".hg-0011223344556677.draft", $"hg-snap-{Guid.NewGuid():N}-0123abcd.raw"];
        foreach (var name in leftovers) await File.WriteAllTextAsync(Path.Combine(pool.Folder, name), "half", Stop);
        await File.WriteAllTextAsync(Path.Combine(pool.Folder, "hg-notes.txt"), "an administrator's", Stop);
        using (new FileStream(Path.Combine(pool.Folder, busy), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
        {
            await MakeAsync(pool);
            Assert.Contains(busy, pool.Files());
        }
        Assert.Empty(pool.Files().Intersect(leftovers));
        Assert.Contains("hg-notes.txt", pool.Files());
        Assert.NotNull((await pool.Driver.FindAsync(key, Stop)).ValueOrThrow());
    }

    [Fact]
    public async Task Creates_beside_one_another_never_sweep_each_others_data()
    {
        await using var pool = await FolderFixture.StartAsync(null, Patient);
        await using var other = pool.Open();
        IPrimaryDataStoreDriver[] drivers = [pool.Driver, other.Driver];
        var made = await Task.WhenAll(Enumerable.Range(0, 200).Select(n => Task.Run(() => drivers[n % 2].CreateAsync(new(Guid.NewGuid()), Small, Stop).AsTask(), Stop)));
        Assert.All(made, outcome => Assert.True(outcome.IsDone, outcome.Problem?.ToString()));
        Assert.Equal(200, pool.Files("*.raw").Length);
    }

    [Fact]
    public async Task Data_that_vanished_shows_as_a_volume_of_no_size_that_can_only_be_deleted()
    {
        await using var pool = await FolderFixture.StartAsync();
        var (key, volume) = await MakeAsync(pool);
        File.Delete(Path.Combine(pool.Folder, pool.Files("*.raw").Single()));

        Assert.Equal(default, (await pool.Driver.FindAsync(key, Stop)).ValueOrThrow()!.Size);
        Assert.Equal(volume.Handle, (await pool.Driver.CreateAsync(key, Small, Stop)).ValueOrThrow().Handle);
        Assert.Empty(pool.Files("*.raw")); // a repeated create must not put an empty disk in the place of a lost one
        var grant = await pool.Driver.GrantAccessAsync(key, volume.Handle, new AccessRequest(Initiator(), false), Stop);
        Assert.Equal(("sharedpool-damaged", Recovery.AskOperator), (grant.Problem!.Code, grant.Problem.Recovery));
        (await pool.Driver.DeleteAsync(key, volume.Handle, Stop)).ValueOrThrow();
        Assert.Empty(pool.Files("hg-*"));
    }

    [Theory]
    [InlineData("../../outside.raw")]
    [InlineData("/etc/passwd")]
    [InlineData("hg-00000000000000000000000000000000-00000000.raw")]
    public async Task A_record_that_points_elsewhere_is_damage_and_nothing_there_is_touched(string data)
    {
        await using var pool = await FolderFixture.StartAsync();
        var (key, volume) = await MakeAsync(pool);
        var outside = Path.GetFullPath(Path.Combine(pool.Folder, data));
        if (data.StartsWith("../", StringComparison.Ordinal)) outside = Path.Combine(Path.GetTempPath(), $"hg-outside-{Guid.NewGuid():N}");
        var record = Path.Combine(pool.Folder, $"hg-{key}.json");
        await File.WriteAllTextAsync(record, (await File.ReadAllTextAsync(record, Stop)).Replace(pool.Files("*.raw").Single(), data, StringComparison.Ordinal), Stop);

        Assert.Equal("sharedpool-damaged", (await pool.Driver.FindAsync(key, Stop)).Problem!.Code);
        Assert.Equal("sharedpool-damaged", (await pool.Driver.DeleteAsync(key, volume.Handle, Stop)).Problem!.Code);
        Assert.Equal("sharedpool-damaged", (await pool.Driver.CreateAsync(key, Small, Stop)).Problem!.Code);
        var row = Assert.Single((await pool.Driver.Facet<IInventory>()!.ListAsync(Stop)).ValueOrThrow());
        Assert.Null(row.Key);
        Assert.Single(pool.Files("*.raw")); // neither swept nor deleted: it may be the only copy
        Assert.True(outside != "/etc/passwd" || File.Exists(outside));
    }

    [Fact]
    public async Task Two_pools_in_one_folder_see_each_others_volumes_as_strangers_and_one_storage()
    {
        await using var one = await FolderFixture.StartAsync();
        await using var two = await FolderFixture.StartAsync(one.Folder);
        var (key, mine) = await MakeAsync(one);

        Assert.Null(Assert.Single((await two.Driver.Facet<IInventory>()!.ListAsync(Stop)).ValueOrThrow()).Key);
        Assert.Equal(FaultCodes.WrongVolume, (await two.Driver.DeleteAsync(new(Guid.NewGuid()), mine.Handle, Stop)).Problem!.Code);
        Assert.Equal(
            (await one.Store.LifeCycle.InitializeAsync(Stop)).ValueOrThrow().BackendId, (await two.Store.LifeCycle.InitializeAsync(Stop)).ValueOrThrow().BackendId);
        (await two.Store.LifeCycle.RemoveAsync(Stop)).ValueOrThrow();
        Assert.NotNull((await one.Driver.FindAsync(key, Stop)).ValueOrThrow());
        Assert.Equal(FaultCodes.InUse, (await one.Store.LifeCycle.RemoveAsync(Stop)).Problem!.Code);
    }

    [Fact]
    public async Task The_identity_from_before_attaching_is_the_one_that_stays()
    {
        await using var pool = new FolderFixture();
        var before = (await pool.Store.LifeCycle.InitializeAsync(Stop)).ValueOrThrow().BackendId;
        Assert.Empty(pool.Files()); // asking writes nothing
        (await pool.Store.LifeCycle.AttachAsync(PoolScope.Zone, Stop)).ValueOrThrow();
        Assert.Equal(before, (await pool.Store.LifeCycle.InitializeAsync(Stop)).ValueOrThrow().BackendId);
    }

    [Fact]
    public async Task A_connected_volume_is_not_copied_and_holes_stay_holes()
    {
        await using var pool = await FolderFixture.StartAsync();
        var (key, volume) = await MakeAsync(pool, ByteSize.MiB(64));
        var initiator = Initiator();
        var path = ((Connection.Local)(await pool.Driver.GrantAccessAsync(key, volume.Handle, new(initiator, false), Stop)).ValueOrThrow()).Path;
        await using (var file = File.OpenWrite(path))
        {
            file.Position = 32 << 20;
            file.Write("here"u8);
        }
        var spec = Small with { Size = ByteSize.MiB(64) };
        if (FileSystem.CanClone(pool.Folder) is false)
            Assert.Equal(FaultCodes.InUse, (await pool.Driver.Facet<IClones>()!.CloneAsync(new(Guid.NewGuid()), spec, volume.Handle, null, Stop)).Problem!.Code);
        (await pool.Driver.RevokeAccessAsync(key, volume.Handle, initiator, Stop)).ValueOrThrow();
        var cloneKey = new ObjectKey(Guid.NewGuid());
        (await pool.Driver.Facet<IClones>()!.CloneAsync(cloneKey, spec, volume.Handle, null, Stop)).ValueOrThrow();

        var clone = Path.Combine(pool.Folder, pool.Files($"hg-{cloneKey}-*.raw").Single());
        await using var read = File.OpenRead(clone);
        read.Position = 32 << 20;
        var text = new byte[4];
        await read.ReadExactlyAsync(text, Stop);
        Assert.Equal("here"u8, text);
        Assert.InRange(FileSystem.AllocatedBytes(clone), 1, 4 << 20);
    }

    [Fact]
    public async Task While_another_server_holds_the_lock_a_change_waits_and_then_says_so()
    {
        var clock = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromSeconds(1) };
        await using var pool = await FolderFixture.StartAsync();
        await using var store = (await new SharedPoolProvider(clock).OpenAsync(
            new PoolSettings(pool.Subject.PoolId, FolderFixture.Provider.Settings, pool.Subject.Settings), Stop)).ValueOrThrow();
        Outcome<VolumeView> waited;
        using (new FileStream(Path.Combine(pool.Folder, ".headgate-lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            waited = await store.Driver.CreateAsync(new(Guid.NewGuid()), Small, Stop);

        Assert.Equal(FaultCodes.Busy, waited.Problem!.Code);
        Assert.Empty(pool.Files("hg-*"));
        Assert.True((await store.Driver.CreateAsync(new(Guid.NewGuid()), Small, Stop)).IsDone);
    }

    [Fact]
    public async Task A_lock_that_goes_from_one_server_to_the_next_is_waited_for_however_long_that_takes()
    {
        await using var pool = await FolderFixture.StartAsync(null, Patient);
        var path = Path.Combine(pool.Folder, ".headgate-lock");
        var held = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        var (hour, looks) = (TimeSpan.FromHours(1), 0);
        var clock = new LookedAt { AutoAdvanceAmount = TimeSpan.FromSeconds(15) }; // less than a holder may take, twice that is more
        clock.Looks = () =>
        {
            if (++looks < 20) File.SetLastWriteTimeUtc(held.SafeFileHandle, DateTime.UnixEpoch + hour * looks); // another server's turn
            else held.Dispose();
        };
        await using var store = (await new SharedPoolProvider(clock).OpenAsync(
            new PoolSettings(pool.Subject.PoolId, FolderFixture.Provider.Settings, pool.Subject.Settings), Stop)).ValueOrThrow();

        Assert.True((await store.Driver.CreateAsync(new(Guid.NewGuid()), Small, Stop)).IsDone);
    }

    [Fact]
    public async Task Hosts_get_the_path_at_which_they_see_the_folder()
    {
        await using var pool = await FolderFixture.StartAsync(null, ("hostPath", "/mnt/primary/"));
        var (key, volume) = await MakeAsync(pool);
        var connection = (await pool.Driver.GrantAccessAsync(key, volume.Handle, new AccessRequest(Initiator(), RequireChap: true), Stop)).ValueOrThrow();
        Assert.Equal($"/mnt/primary/{pool.Files("*.raw").Single()}", Assert.IsType<Connection.Local>(connection).Path);
        var own = (await pool.Driver.GrantAccessAsync(key, volume.Handle, new AccessRequest(Initiator(), RequireChap: true) { IsServer = true }, Stop)).ValueOrThrow();
        Assert.True(File.Exists(Assert.IsType<Connection.Local>(own).Path)); // the server's own, where it is mounted here
    }

    [Theory]
    [InlineData("path", "relative/path"), InlineData("path", "/srv/../etc"), InlineData("path", "/"), InlineData("hostPath", "mnt")]
    [InlineData("snapshots", "copies"), InlineData("callTimeoutSeconds", "0")]
    public async Task Settings_that_cannot_work_are_refused_by_name(string name, string value)
    {
        var given = new Dictionary<string, string> { ["path"] = "/srv/headgate", [name] = value };
        var outcome = await FolderFixture.Provider.OpenAsync(new PoolSettings(Guid.NewGuid(), FolderFixture.Provider.Settings, given), Stop);
        var fault = Assert.IsType<Outcome<IPrimaryDataStore>.Refused>(outcome).Fault;
        Assert.Contains($"'{name}'", fault.Message, StringComparison.Ordinal);
    }

    private static string Initiator() => $"iqn.2026-11.org.headgate.test:{Guid.NewGuid():N}";

    private static async Task<(ObjectKey Key, VolumeView Volume)> MakeAsync(FolderFixture pool, ByteSize? size = null)
    {
        var key = new ObjectKey(Guid.NewGuid());
        return (key, (await pool.Driver.CreateAsync(key, Small with { Size = size ?? Small.Size }, Stop)).ValueOrThrow());
    }

    /// <summary>Tells of each look at it.</summary>
    private sealed class LookedAt : FakeTimeProvider
    {
        public Action Looks { get; set; } = static () => { };

        public override long GetTimestamp()
        {
            Looks();
            return base.GetTimestamp();
        }
    }
}
