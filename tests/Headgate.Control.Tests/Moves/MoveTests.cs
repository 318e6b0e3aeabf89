using Headgate.Control.Offerings;
using Headgate.Domain;
using Headgate.Operations;
using Headgate.Primitives;
using Headgate.Storage.Filters;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Tests;

/// <summary>Volumes that go to another pool: copied, compared, switched, the source kept until then and gone afterwards.</summary>
public class MoveTests
{
    private const long Mib = 3;

    /// <summary>Data at both ends and a hole between them.</summary>
    private static readonly byte[] Content = MakeContent();

    [Fact]
    public async Task A_volume_whose_new_offering_asks_for_other_tags_is_moved_and_keeps_its_id_and_data()
    {
        await using var world = await World.StartOnFilesAsync();
        await PreparedAsync(world);
        await TagAsync(world, "files2", "cheap");
        Assert.True((await world.Get<DiskOfferings>().CreateAsync(world.Admin, "archive", Archive, world.Stop)).IsDone);
        var before = (await world.VolumeAsync("v1")).Volume;

        var change = world.Get<ChangeVolumeOffering>();
        var plan = (await change.RehearseAsync(world.Tenant, "v1", "archive", world.Stop)).ValueOrThrow();
        Assert.Equal(("volume.migrate", true, "files", "files2"), (plan.Kind, plan.Moves, plan.Before!.Pool.Name, plan.After.Pool.Name));
        Assert.Equal(ByteSize.MiB(Mib), plan.Reserves.Bytes);
        var moved = await world.DoneAsync(change.ExecuteAsync(world.Tenant, "v1", "archive", world.Stop));
        Assert.Equal(OperationKinds.VolumeMigrate, moved.Operation.Kind);
        Assert.Contains(moved.Steps, s => s.Name == "copy" && s.Note!.Contains("copied, read back and compared, sha256:", StringComparison.Ordinal));

        await SettledAsync(world);
        await StandsAsync(world, "files2");
        var after = await world.VolumeAsync("v1");
        Assert.Equal((before.Id, "archive"), (after.Volume.Id, after.DiskOffering));
        Assert.NotEqual(before.Key, after.Volume.Key);
    }

    [Fact]
    public async Task A_volume_is_moved_there_and_back_and_there_again()
    {
        await using var world = await World.StartOnFilesAsync();
        await PreparedAsync(world);
        foreach (var pool in new[] { "files2", "files", "files2" })
        {
            await world.DoneAsync(world.Get<MigrateVolume>().ExecuteAsync(world.Admin, "v1", pool, world.Stop));
            await SettledAsync(world);
            Assert.Equal(pool, (await world.VolumeAsync("v1")).Pool);
        }
        await StandsAsync(world, "files2");
        await world.DoneAsync(world.Get<DisconnectVolume>().ExecuteAsync(world.Tenant, "v1", World.Initiator, world.Stop));
        await world.DoneAsync(world.Get<DeleteVolume>().ExecuteAsync(world.Tenant, "v1", world.Stop));
        await world.DoneAsync(world.Get<ExpungeVolume>().ExecuteAsync(world.Tenant, "v1", world.Stop));
        Assert.Empty(Directory.EnumerateFiles(Path.GetDirectoryName(world.Files)!, "*.raw", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task The_copy_tells_how_far_it_is()
    {
        await using var world = await World.StartOnFilesAsync();
        await PreparedAsync(world);
        var started = (await MigrateAsync(world)).ValueOrThrow().Operation.Id;
        var notes = new List<string?>();
        await foreach (var seen in world.Get<OperationFeed>().WatchAsync(started, world.Stop))
            notes.Add(seen.Steps.Single(s => s.Name == "copy").Note);
        // Followers are told of the newest state, not of each: the last is certain, and nothing that is told may be made up.
        Assert.All(notes.Where(n => n is not null), n => Assert.True(
            n!.EndsWith("of 3 MiB copied", StringComparison.Ordinal) || n.EndsWith("of 3 MiB read back and compared", StringComparison.Ordinal)
            || n.StartsWith("3 MiB copied, read back and compared", StringComparison.Ordinal), n));
        Assert.StartsWith("3 MiB copied, read back and compared", notes[^1], StringComparison.Ordinal);
        await SettledAsync(world);
    }

    [Fact]
    public async Task Who_is_connected_or_has_snapshots_is_told_so_and_nothing_happens()
    {
        await using var world = await World.StartOnFilesAsync();
        await PreparedAsync(world);
        await world.DoneAsync(world.Get<ConnectVolume>().ExecuteAsync(world.Tenant, "v1", World.Initiator, world.Stop));
        var refused = await MigrateAsync(world);
        Assert.Equal("volume-connected", refused.Problem?.Code);
        Assert.Contains("Disconnect it first", refused.Problem!.Message, StringComparison.Ordinal);
        await world.DoneAsync(world.Get<DisconnectVolume>().ExecuteAsync(world.Tenant, "v1", World.Initiator, world.Stop));

        await world.Database.WriteAsync(
            async (db, cancel) =>
            {
                var volume = await db.Volumes.SingleAsync(v => v.Name == "v1", cancel);
                db.Snapshots.Add(new Domain.Snapshot
                {
                    Id = Guid.CreateVersion7(), Name = "s1", AccountId = volume.AccountId, VolumeId = volume.Id, PoolId = volume.PoolId, Size = volume.Size,
                    State = SnapshotState.Ready, CreatedAt = DateTimeOffset.UtcNow,
                });
            },
            world.Stop);
        Assert.Equal("volume-has-snapshots", (await MigrateAsync(world)).Problem?.Code);
        Assert.Equal("admin-only", (await world.Get<MigrateVolume>().ExecuteAsync(world.Tenant, "v1", "files2", world.Stop)).Problem?.Code);
        Assert.Equal("does-not-fit-pool", (await world.Get<MigrateVolume>().ExecuteAsync(world.Admin, "v1", "files", world.Stop)).Problem?.Code);
        Assert.Equal(VolumeState.Ready, (await world.VolumeAsync("v1")).Volume.State);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task Where_no_pool_can_do_it_the_reasons_of_all_are_given()
    {
        await using var world = await World.StartOnFilesAsync();
        await PreparedAsync(world);
        Assert.True((await world.Get<DiskOfferings>().CreateAsync(world.Admin, "archive", Archive, world.Stop)).IsDone);
        var refused = (await world.Get<ChangeVolumeOffering>().ExecuteAsync(world.Tenant, "v1", "archive", world.Stop)).Problem!;
        Assert.Equal("does-not-fit-pool", refused.Code);
        Assert.Equal(["pool files: needs tag cheap; has: none.", "pool files2: needs tag cheap; has: none."], refused.Details);
    }

    [Fact]
    public async Task A_full_target_is_refused_before_anything_is_done()
    {
        await using var world = await World.StartOnFilesAsync();
        await PreparedAsync(world, target: ByteSize.MiB(Mib) - new ByteSize(4096));
        Assert.Equal("does-not-fit-pool", (await MigrateAsync(world)).Problem?.Code);
        await StandsAsync(world, "files");
    }

    /// <summary>Every call that the move makes of a storage goes wrong in turn; each time the volume is whole where it was, or whole where it should be.</summary>
    [Theory]
    [InlineData(StoreCall.Create, 0)]
    [InlineData(StoreCall.GrantAccess, 0)]
    [InlineData(StoreCall.GrantAccess, 1)]
    [InlineData(StoreCall.GrantAccess, 2)]
    [InlineData(StoreCall.RevokeAccess, 0)]
    [InlineData(StoreCall.Find, 0)]
    public async Task Whatever_call_is_refused_the_volume_is_as_before(StoreCall call, int after)
    {
        await using var world = await World.StartOnFilesAsync();
        await PreparedAsync(world);
        var calls = 0;
        world.Faults.Also(point =>
        {
            // Planned step by step: calls of the same name belong to different steps.
            if (point is "volume.migrate/begin/recorded" && after == 0 && call is not StoreCall.Find and not StoreCall.RevokeAccess) Refuse();
            if (point is "volume.migrate/provision-target/recorded" && call is StoreCall.GrantAccess && after == 1) world.Plan.Next(call, new InjectedFault.LoseReply());
            if (point is "volume.migrate/let-mover-in/recorded" && call is StoreCall.GrantAccess && after == 2) Refuse();
            if (point is "volume.migrate/copy/recorded" && call is StoreCall.RevokeAccess) Refuse();
            if (point is "volume.migrate/shut-mover-out/recorded" && call is StoreCall.Find) Refuse();
            return Task.CompletedTask;

            void Refuse()
            {
                if (calls++ == 0) world.Plan.Next(call, new InjectedFault.Refuse(new Fault("on-fire", "It burns.", Recovery.AskOperator)));
            }
        });
        var ended = await world.EndedAsync((await MigrateAsync(world)).ValueOrThrow().Operation.Id);
        world.Faults.Also(null);
        await SettledAsync(world);
        Assert.True(ended.Operation.Status is OperationStatus.Succeeded || ended.Operation.Fault?.Code == "on-fire", ended.Operation.Fault?.ToString());
        await StandsAsync(world, ended.Operation.Status is OperationStatus.Succeeded ? "files2" : "files");
    }

    [Fact]
    public async Task A_source_that_cannot_be_read_keeps_the_volume_where_it_is()
    {
        await using var world = await World.StartOnFilesAsync();
        await PreparedAsync(world);
        var file = Assert.Single(Directory.EnumerateFiles(world.Files, "*.raw", SearchOption.AllDirectories));
        var aside = Path.Combine(Path.GetDirectoryName(world.Files)!, "aside");
        File.Move(file, aside);
        var started = (await MigrateAsync(world)).ValueOrThrow().Operation.Id;
        // It says that it is not there for now, and is asked again: an operator would see why, and cancels.
        await world.UntilAsync(started, d => d.Steps.Any(s => s.Name is "let-mover-in" or "copy" && s.Note is not null && s.Status is StepStatus.Running or StepStatus.Failed) || d.Operation.HasEnded);
        var cancelled = await world.Get<CancelOperation>().ExecuteAsync(world.Admin, started, world.Stop);
        if (cancelled.IsDone) await world.HurryAsync(started);
        Assert.Equal(OperationStatus.Failed, (await world.EndedAsync(started)).Operation.Status);
        File.Move(aside, file);
        await SettledAsync(world);
        await StandsAsync(world, "files");
    }

    [Fact]
    public async Task What_is_left_behind_is_deleted_when_its_storage_is_back_and_until_then_keeps_nobody_from_the_volume()
    {
        await using var world = await World.StartOnFilesAsync();
        await PreparedAsync(world);
        world.Plan.Always(StoreCall.Delete, new InjectedFault.LoseRequest());
        await world.DoneAsync(MigrateAsync(world));
        await using var db = world.Database.Open();
        var release = await db.Operations.SingleAsync(o => o.Kind == OperationKinds.VolumeReleaseCopy, world.Stop);
        await world.UntilAsync(release.Id, d => d.Operation.NotBefore is not null);
        Assert.Equal("volume-moving", (await world.Get<MigrateVolume>().ExecuteAsync(world.Admin, "v1", "files", world.Stop)).Problem?.Code);
        Assert.Equal("pool-in-use", (await world.Get<RemovePool>().ExecuteAsync(world.Admin, "files", world.Stop)).Problem?.Code);
        Assert.Equal(ByteSize.MiB(Mib), (await world.Get<GetPool>().ExecuteAsync(world.Admin, "files", world.Stop)).ValueOrThrow().Pool.ReservedBytes);
        Assert.Equal(Content, (await TemplateVolumeTests.ContentAsync(world, "v1"))[..Content.Length]);
        Assert.Empty((await world.Get<CheckPool>().ExecuteAsync(world.Admin, "files", world.Stop)).ValueOrThrow().Findings);
        world.Plan.Clear();
        await world.HurryAsync(release.Id);
        await SettledAsync(world);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task What_is_left_behind_for_good_can_be_given_up()
    {
        await using var world = await World.StartOnFilesAsync();
        await PreparedAsync(world);
        world.Plan.Always(StoreCall.Delete, new InjectedFault.LoseRequest());
        await world.DoneAsync(MigrateAsync(world));
        await using var db = world.Database.Open();
        var release = await db.Operations.SingleAsync(o => o.Kind == OperationKinds.VolumeReleaseCopy, world.Stop);
        await world.UntilAsync(release.Id, d => d.Operation.NotBefore is not null);
        Assert.True((await world.Get<CancelOperation>().ExecuteAsync(world.Admin, release.Id, world.Stop)).IsDone);
        await SettledAsync(world);
        world.Plan.Clear();
        Assert.Equal(default, (await world.Get<GetPool>().ExecuteAsync(world.Admin, "files", world.Stop)).ValueOrThrow().Pool.ReservedBytes);
        Assert.Equal("orphan", Assert.Single((await world.Get<CheckPool>().ExecuteAsync(world.Admin, "files", world.Stop)).ValueOrThrow().Findings).Kind);
    }

    private static DiskOfferingSpec Archive { get; } = new(null, CustomSize: true, OfferingQos.None) { Tags = ["cheap"] };

    /// <summary>A volume with content on <c>files</c>, and <c>files2</c> to go to.</summary>
    internal static Task PreparedAsync(World world) => PreparedAsync(world, null);

    internal static async Task PreparedAsync(World world, ByteSize? target)
    {
        await world.DoneAsync(world.Get<CreateVolume>().ExecuteAsync(world.Tenant, new CreateVolumeRequest("v1", "free") { Size = ByteSize.MiB(Mib) }, world.Stop));
        await world.AddFilesPoolAsync("files2", capacity: target);
        await world.DoneAsync(world.Get<ConnectVolume>().ExecuteAsync(world.Tenant, "v1", World.Initiator, world.Stop));
        var connection = (await world.Get<GetConnection>().ExecuteAsync(world.Tenant, "v1", World.Initiator, world.Stop)).ValueOrThrow();
        await using (var disk = File.OpenWrite(Assert.IsType<Connection.Local>(connection).Path)) await disk.WriteAsync(Content, world.Stop);
        await world.DoneAsync(world.Get<DisconnectVolume>().ExecuteAsync(world.Tenant, "v1", World.Initiator, world.Stop));
    }

    internal static Task<Outcome<OperationDetails>> MigrateAsync(World world) => world.Get<MigrateVolume>().ExecuteAsync(world.Admin, "v1", "files2", world.Stop);

    /// <summary>The copy that does not count any more is deleted by an operation of its own, which comes after.</summary>
    internal static async Task SettledAsync(World world)
    {
        await using var db = world.Database.Open();
        foreach (var id in await db.Operations.Where(o => o.Kind == OperationKinds.VolumeReleaseCopy).Select(o => o.Id).ToListAsync(world.Stop)) await world.EndedAsync(id);
    }

    /// <summary>It is there with all of its data, and nothing of it is anywhere else.</summary>
    internal static async Task StandsAsync(World world, string pool)
    {
        world.Plan.Clear();
        await world.AssertSoundAsync();
        var volume = await world.VolumeAsync("v1");
        Assert.Equal((pool, VolumeState.Ready), (volume.Pool, volume.Volume.State));
        Assert.Equal(Content, (await TemplateVolumeTests.ContentAsync(world, "v1"))[..Content.Length]);
        Assert.Single(Directory.EnumerateFiles(Path.GetDirectoryName(world.Files)!, "*.raw", SearchOption.AllDirectories));
    }

    private static async Task TagAsync(World world, string pool, string tag) =>
        Assert.True((await world.Get<ChangePoolPlacement>().ExecuteAsync(world.Admin, pool, new() { Tags = [tag] }, world.Stop)).IsDone);

    private static byte[] MakeContent()
    {
        var content = new byte[Mib << 20];
        new Random(7).NextBytes(content.AsSpan(0, 100_000));
        new Random(8).NextBytes(content.AsSpan(content.Length - 5000));
        return content;
    }
}
