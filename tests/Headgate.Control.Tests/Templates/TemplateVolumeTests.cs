using Headgate.Domain;
using Headgate.Operations;
using Headgate.Primitives;
using Headgate.Storage.Filters;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;
using static Headgate.Control.Tests.TemplateTests;
using Volume = Headgate.Domain.Volume;

namespace Headgate.Control.Tests;

/// <summary>Volumes made from templates, on storage whose content can be read: files.</summary>
public class TemplateVolumeTests
{
    /// <summary>Data at both ends and a hole between them, not on a block's edge.</summary>
    internal static readonly byte[] Image = MakeImage();

    [Theory]
    [InlineData("SharedPool", 1)]
    [InlineData("Plain", 0)]
    public async Task A_volume_begins_with_the_templates_content_and_has_its_own_size(string provider, int copies)
    {
        await using var world = await World.StartOnFilesAsync(provider);
        await world.DoneAsync(UploadAsync(world, world.Tenant, "debian", image: Image));
        foreach (var name in new[] { "v1", "v2" })
        {
            await world.DoneAsync(CreateAsync(world, name, sizeMib: 8));
            var content = await ContentAsync(world, name);
            Assert.Equal(8 << 20, content.Length);
            Assert.Equal(Image, content[..Image.Length]);
            Assert.DoesNotContain(content[Image.Length..], b => b != 0);
        }
        await using var db = world.Database.Open();
        Assert.Equal(copies, await db.TemplateCopies.CountAsync(world.Stop));
        Assert.Equal(copies, await db.Operations.CountAsync(o => o.Kind == OperationKinds.TemplateCopy, world.Stop));
        await world.AssertSoundAsync();
        Assert.Equal(copies == 0 ? [] : ["files: Ready"],
            (await world.Get<GetTemplate>().ExecuteAsync(world.Admin, "debian", world.Stop)).ValueOrThrow().Pools.Select(p => $"{p.Pool}: {p.State}"));
    }

    [Fact]
    public async Task Of_twenty_at_once_one_writes_the_content_and_all_have_it()
    {
        await using var world = await World.StartOnFilesAsync();
        await world.DoneAsync(UploadAsync(world, world.Tenant, "debian", image: Image));
        var asked = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => CreateAsync(world, $"v{i}"))));
        foreach (var one in asked) await world.DoneAsync(Task.FromResult(one));
        await using (var db = world.Database.Open())
        {
            Assert.Equal(1, await db.Operations.CountAsync(o => o.Kind == OperationKinds.TemplateCopy, world.Stop));
            var notes = await db.OperationSteps.Where(s => s.Name == "write-content").Select(s => s.Note).ToListAsync(world.Stop);
            Assert.Equal(20, notes.Count(n => n == "cloned on the storage"));
            Assert.Equal(21, notes.Count); // and the one that was written
        }
        for (var i = 0; i < 20; i++) Assert.Equal(Image, (await ContentAsync(world, $"v{i}"))[..Image.Length]);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task The_copy_counts_in_the_ledger_and_a_pool_without_room_for_both_is_refused_with_the_reason()
    {
        await using var world = await World.StartOnFilesAsync(capacity: ByteSize.MiB(9));
        await world.DoneAsync(UploadAsync(world, world.Tenant, "debian", image: Image)); // 5 MiB
        var refused = await CreateAsync(world, "v1", sizeMib: 6);
        Assert.Equal("no-pool-fits", refused.Problem?.Code);
        Assert.Contains(refused.Problem!.Details, d => d.Contains("first copy", StringComparison.Ordinal));
        await using (var db = world.Database.Open()) Assert.Equal(0, await db.TemplateCopies.CountAsync(world.Stop));
        Assert.Equal("size-out-of-range", (await CreateAsync(world, "v1", sizeMib: 2)).Problem?.Code);
    }

    [Fact]
    public async Task A_deleted_template_leaves_its_volumes_and_nothing_else()
    {
        await using var world = await World.StartOnFilesAsync();
        await world.DoneAsync(UploadAsync(world, world.Tenant, "debian", image: Image));
        await world.DoneAsync(CreateAsync(world, "v1"));
        await world.DoneAsync(world.Get<DeleteTemplate>().ExecuteAsync(world.Tenant, "debian", world.Stop));
        Assert.Equal(Image, (await ContentAsync(world, "v1"))[..Image.Length]);
        Assert.Single(Directory.EnumerateFiles(world.Files, "*.raw", SearchOption.AllDirectories));
        await using var db = world.Database.Open();
        Assert.Equal(0, await db.TemplateCopies.CountAsync(world.Stop));
        await world.AssertSoundAsync();
        Assert.Equal("template-not-found", (await CreateAsync(world, "v2")).Problem?.Code);
    }

    [Fact]
    public async Task A_pool_is_removed_with_the_copies_on_it()
    {
        await using var world = await World.StartOnFilesAsync();
        await world.DoneAsync(UploadAsync(world, world.Tenant, "debian", image: Image));
        await world.DoneAsync(CreateAsync(world, "v1"));
        await world.DoneAsync(world.Get<DeleteVolume>().ExecuteAsync(world.Tenant, "v1", world.Stop));
        await world.DoneAsync(world.Get<ExpungeVolume>().ExecuteAsync(world.Tenant, "v1", world.Stop));
        await world.DoneAsync(world.Get<RemovePool>().ExecuteAsync(world.Admin, "files", world.Stop));
        Assert.Empty(Directory.EnumerateFiles(world.Files, "*.raw", SearchOption.AllDirectories));
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task A_copy_that_cannot_be_made_fails_its_volumes_with_the_cause_and_the_next_one_makes_it_again()
    {
        await using var world = await World.StartOnFilesAsync();
        await world.DoneAsync(UploadAsync(world, world.Tenant, "debian", image: Image));
        world.Plan.Next(StoreCall.GrantAccess, new InjectedFault.Refuse(new Fault("on-fire", "It burns.", Recovery.AskOperator)));
        var failed = await world.EndedAsync(CreateAsync(world, "v1"));
        Assert.Equal("on-fire", failed.Operation.Fault?.Code);
        Assert.DoesNotContain("It burns", failed.Operation.Fault!.Message, StringComparison.Ordinal); // a tenant reads it
        await world.AssertSoundAsync();
        await world.DoneAsync(CreateAsync(world, "v1"));
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task A_copy_deleted_behind_our_back_is_found_and_made_again()
    {
        await using var world = await World.StartOnFilesAsync();
        await world.DoneAsync(UploadAsync(world, world.Tenant, "debian", image: Image));
        await world.DoneAsync(CreateAsync(world, "v1"));
        await DeleteCopyAsync(world);
        var check = (await world.Get<CheckPool>().ExecuteAsync(world.Admin, "files", world.Stop)).ValueOrThrow();
        Assert.Equal(["missing"], check.Findings.Select(f => f.Kind));
        Assert.Equal(FaultCodes.VolumeNotFound, (await world.EndedAsync(CreateAsync(world, "v2"))).Operation.Fault?.Code);
        await world.AssertSoundAsync();
        await world.DoneAsync(CreateAsync(world, "v2"));
        Assert.Equal(Image, (await ContentAsync(world, "v2"))[..Image.Length]);
    }

    [Theory]
    [InlineData(-1)] // the file is gone, its description is there
    [InlineData(1 << 20)]
    public async Task A_copy_damaged_behind_our_back_is_found_and_made_again_and_never_cloned(int bytesLeft)
    {
        await using var world = await World.StartOnFilesAsync();
        await world.DoneAsync(UploadAsync(world, world.Tenant, "debian", image: Image));
        await world.DoneAsync(CreateAsync(world, "v1"));
        string handle;
        await using (var db = world.Database.Open()) handle = (await db.TemplateCopies.SingleAsync(world.Stop)).Handle!;
        var file = Assert.Single(Directory.EnumerateFiles(world.Files, $"*{handle}*.raw", SearchOption.AllDirectories));
        if (bytesLeft < 0) File.Delete(file);
        else await using (var cut = File.OpenWrite(file)) cut.SetLength(bytesLeft);

        var check = (await world.Get<CheckPool>().ExecuteAsync(world.Admin, "files", world.Stop)).ValueOrThrow();
        Assert.Equal(["size-drift"], check.Findings.Select(f => f.Kind));
        Assert.Equal(FaultCodes.VolumeNotFound, (await world.EndedAsync(CreateAsync(world, "v2"))).Operation.Fault?.Code);
        await world.DoneAsync(CreateAsync(world, "v2"));
        Assert.Equal(Image, (await ContentAsync(world, "v2"))[..Image.Length]);
        Assert.Equal(Image, (await ContentAsync(world, "v1"))[..Image.Length]);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task What_was_found_of_a_copy_is_not_believed_of_one_that_was_made_again_meanwhile()
    {
        await using var world = await World.StartOnFilesAsync();
        await world.DoneAsync(UploadAsync(world, world.Tenant, "debian", image: Image));
        await world.DoneAsync(CreateAsync(world, "v1"));
        await DeleteCopyAsync(world);
        world.Faults.Also(async point =>
        {
            if (point != "volume.create-from-template/await-template/undo-acted") return;
            await world.Database.WriteAsync(
                async (db, cancel) => db.Put((await db.TemplateCopies.SingleAsync(cancel)).Lost(new Cause("gone", "It was gone.")).Made() with { Handle = "another" }), world.Stop);
        });
        Assert.Equal(FaultCodes.VolumeNotFound, (await world.EndedAsync(CreateAsync(world, "v2"))).Operation.Fault?.Code);
        world.Faults.Also(null);
        await using var after = world.Database.Open();
        Assert.Equal((TemplateCopyState.Ready, "another"), await after.TemplateCopies.Select(c => ValueTuple.Create(c.State, c.Handle)).SingleAsync(world.Stop));
    }

    [Fact]
    public async Task Of_several_copies_those_that_are_gone_are_held_no_longer_though_another_does_not_go()
    {
        await using var world = await World.StartOnFilesAsync(capacity: ByteSize.MiB(11)); // a copy and a volume
        await world.DoneAsync(UploadAsync(world, world.Tenant, "debian", image: Image));
        await world.DoneAsync(CreateAsync(world, "v1"));
        await world.AddFilesPoolAsync("files2");
        await world.DoneAsync(CreateAsync(world, "v2"));
        world.Faults.Also(point =>
        {
            // The first is gone by now.
            if (point == "template.delete/drop-copies/recorded")
                world.Plan.Next(StoreCall.Delete, new InjectedFault.Refuse(new Fault("on-fire", "It burns.", Recovery.AskOperator)));
            return Task.CompletedTask;
        });
        var failed = await world.EndedAsync(world.Get<DeleteTemplate>().ExecuteAsync(world.Tenant, "debian", world.Stop));
        world.Faults.Also(null);
        Assert.Equal("on-fire", failed.Operation.Fault?.Code);
        await using (var db = world.Database.Open()) Assert.Equal(1, await db.TemplateCopies.CountAsync(world.Stop));
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task An_image_damaged_in_the_store_is_never_served()
    {
        await using var world = await World.StartOnFilesAsync();
        await world.DoneAsync(UploadAsync(world, world.Tenant, "debian", image: Image));
        var disk = Assert.Single(world.Images());
        await using (var file = File.OpenWrite(disk)) file.WriteByte((byte)~Image[0]);
        Assert.Equal("source-changed", (await world.EndedAsync(CreateAsync(world, "v1"))).Operation.Fault?.Code);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task A_template_with_volumes_under_way_cannot_be_deleted()
    {
        await using var world = await World.StartOnFilesAsync();
        await world.DoneAsync(UploadAsync(world, world.Tenant, "debian", image: Image));
        var held = new TaskCompletionSource();
        world.Plan.Next(StoreCall.Create, new InjectedFault.Hold(held.Task));
        var making = (await CreateAsync(world, "v1")).ValueOrThrow();
        Assert.Equal("template-in-use", (await world.Get<DeleteTemplate>().ExecuteAsync(world.Tenant, "debian", world.Stop)).Problem?.Code);
        held.SetResult();
        Assert.Equal(OperationStatus.Succeeded, (await world.EndedAsync(making.Operation.Id)).Operation.Status);
    }

    [Fact]
    public async Task Another_accounts_template_is_not_there_for_a_tenant_and_a_public_one_is()
    {
        await using var world = await World.StartOnFilesAsync();
        await world.DoneAsync(UploadAsync(world, world.Stranger, "theirs", image: Image));
        await world.DoneAsync(UploadAsync(world, world.Admin, "everyones", image: Image, isPublic: true));
        Assert.Equal("template-not-found", (await CreateAsync(world, "v1", template: "theirs")).Problem?.Code);
        await world.DoneAsync(CreateAsync(world, "v1", template: "everyones"));
        Assert.Equal(Image, (await ContentAsync(world, "v1"))[..Image.Length]);
    }

    [Fact]
    public async Task The_servers_own_initiator_name_is_nobody_elses()
    {
        await using var world = await World.StartOnFilesAsync();
        await world.DoneAsync(UploadAsync(world, world.Tenant, "debian", image: Image));
        await world.DoneAsync(CreateAsync(world, "v1"));
        await using var db = world.Database.Open();
        var name = MoverName.Of((await db.Pools.SingleAsync(world.Stop)).Id);
        foreach (var asked in new[] { name, name.ToUpperInvariant() })
        {
            var refused = await world.Get<ConnectVolume>().ExecuteAsync(world.Tenant, "v1", asked, world.Stop);
            Assert.Contains(refused.Problem?.Code, new[] { "initiator-reserved", "initiator-invalid" });
        }
    }

    /// <summary>As an administrator of the storage would, and nobody tells the server.</summary>
    private static async Task DeleteCopyAsync(World world)
    {
        await using var db = world.Database.Open();
        var copy = await db.TemplateCopies.SingleAsync(world.Stop);
        var pool = (await world.Get<ArrayDirectory>().PoolAsync(copy.PoolId, world.Stop)).ValueOrThrow();
        Assert.True((await pool.Driver.DeleteAsync(new ObjectKey(copy.Id), new VolumeHandle(copy.Handle!), world.Stop)).IsDone);
    }

    internal static Task<Outcome<OperationDetails>> CreateAsync(World world, string name, string template = "debian", long sizeMib = 5) =>
        world.Get<CreateVolume>().ExecuteAsync(
            world.Tenant, new CreateVolumeRequest(name, "free") { Size = ByteSize.MiB(sizeMib), Template = template }, world.Stop);

    /// <summary>By the path that a host would be given.</summary>
    internal static async Task<byte[]> ContentAsync(World world, string name)
    {
        await world.DoneAsync(world.Get<ConnectVolume>().ExecuteAsync(world.Tenant, name, World.Initiator, world.Stop));
        var connection = (await world.Get<GetConnection>().ExecuteAsync(world.Tenant, name, World.Initiator, world.Stop)).ValueOrThrow();
        return await File.ReadAllBytesAsync(Assert.IsType<Connection.Local>(connection).Path, world.Stop);
    }

    private static byte[] MakeImage()
    {
        var image = new byte[(4 << 20) + 512 * 3];
        new Random(7).NextBytes(image.AsSpan(0, 100_000));
        new Random(8).NextBytes(image.AsSpan((4 << 20) - 5000));
        return image;
    }
}
