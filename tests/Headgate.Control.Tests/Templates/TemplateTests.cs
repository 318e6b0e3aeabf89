using System.Security.Cryptography;
using System.Text;
using Headgate.DiskImages;
using Headgate.Domain;
using Headgate.Operations;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Tests;

/// <summary>Registering, seeing and deleting templates.</summary>
public class TemplateTests
{
    private static readonly byte[] Image = RandomNumberGenerator.GetBytes(10_000);

    [Fact]
    public async Task An_uploaded_image_is_ready_when_its_operation_has_ended_and_gone_when_it_is_deleted()
    {
        await using var world = await World.StartAsync();
        await world.DoneAsync(UploadAsync(world, world.Tenant, "debian"));
        var template = (await world.Get<GetTemplate>().ExecuteAsync(world.Tenant, "debian", world.Stop)).ValueOrThrow().Template;
        Assert.Equal((TemplateState.Ready, ImageFormat.Raw, 10_240), (template.State, template.Format, template.Size.Bytes));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Image)), template.FileSha256);
        Assert.False(world.Get<ImageStore>().HasReceived(template.Id)); // the disk is enough

        await world.DoneAsync(world.Get<DeleteTemplate>().ExecuteAsync(world.Tenant, "debian", world.Stop));
        Assert.False(File.Exists(world.Get<ImageStore>().DiskPath(template.Id)));
        Assert.Equal("template-not-found", (await world.Get<GetTemplate>().ExecuteAsync(world.Tenant, "debian", world.Stop)).Problem?.Code);
        await world.DoneAsync(UploadAsync(world, world.Tenant, "debian")); // the name is free again
    }

    [Fact]
    public async Task An_image_that_is_not_what_was_stated_ends_in_error_with_the_cause_and_can_be_deleted()
    {
        await using var world = await World.StartAsync();
        var failed = await world.EndedAsync(UploadAsync(world, world.Tenant, "debian", format: ImageFormat.Qcow2));
        Assert.Equal("image-format-mismatch", failed.Operation.Fault?.Code);
        var template = (await world.Get<GetTemplate>().ExecuteAsync(world.Tenant, "debian", world.Stop)).ValueOrThrow().Template;
        Assert.Equal((TemplateState.Error, "image-format-mismatch"), (template.State, template.Cause?.Code));
        Assert.Empty(world.Images());
        await world.DoneAsync(world.Get<DeleteTemplate>().ExecuteAsync(world.Tenant, "debian", world.Stop));
    }

    [Fact]
    public async Task A_tenant_sees_its_own_templates_and_the_public_ones_and_no_others()
    {
        await using var world = await World.StartAsync();
        await world.DoneAsync(UploadAsync(world, world.Tenant, "mine"));
        await world.DoneAsync(UploadAsync(world, world.Stranger, "theirs"));
        var everyones = await world.DoneAsync(UploadAsync(world, world.Admin, "everyones", isPublic: true));
        Task<Outcome<PageOf<TemplateDetails>>> List(Caller caller) => world.Get<ListTemplates>().ExecuteAsync(caller, new PageRequest(), world.Stop);
        Assert.Equal(["everyones", "mine"], (await List(world.Tenant)).ValueOrThrow().Items.Select(t => t.Template.Name).Order());
        Assert.Equal(["everyones", "mine", "theirs"], (await List(world.Admin)).ValueOrThrow().Items.Select(t => t.Template.Name).Order());
        var delete = world.Get<DeleteTemplate>();
        Assert.Equal("template-not-found", (await delete.ExecuteAsync(world.Tenant, "theirs", world.Stop)).Problem?.Code);
        Assert.Equal("template-not-yours", (await delete.ExecuteAsync(world.Tenant, everyones.Operation.SubjectId.ToString(), world.Stop)).Problem?.Code);
    }

    [Fact]
    public async Task What_only_an_admin_may_do_a_tenant_is_refused()
    {
        await using var world = await World.StartAsync();
        var fetch = await world.Get<RegisterTemplate>().ExecuteAsync(
            world.Tenant, new RegisterTemplateRequest("t", null, null, false), "http://127.0.0.1/image", world.Stop);
        Assert.Equal("admin-only", fetch.Problem?.Code);
        Assert.Equal("admin-only", (await UploadAsync(world, world.Tenant, "t", isPublic: true)).Problem?.Code);
        Assert.Empty(world.Images());
    }

    [Theory]
    [InlineData("md5:abc")]
    [InlineData("sha256:abc")]
    [InlineData("sha256:zz")]
    public async Task A_checksum_that_is_none_is_refused_before_anything_is_sent(string checksum)
    {
        await using var world = await World.StartAsync();
        Assert.Equal("checksum-invalid", (await UploadAsync(world, world.Tenant, "t", checksum: checksum)).Problem?.Code);
    }

    [Fact]
    public async Task A_name_that_is_taken_meanwhile_leaves_nothing_of_the_second_upload()
    {
        await using var world = await World.StartAsync();
        var second = new GatedStream(Image);
        var slow = world.Get<UploadTemplate>().ExecuteAsync(world.Tenant, new RegisterTemplateRequest("t", null, null, false), second, null, world.Stop);
        await second.Asked.WaitAsync(world.Stop);
        await world.DoneAsync(UploadAsync(world, world.Tenant, "t"));
        second.Open();
        Assert.Equal("name-taken", (await slow).Problem?.Code);
        Assert.Single(world.Images());
    }

    [Fact]
    public async Task Two_uploads_of_one_account_are_the_most_and_another_accounts_go_on()
    {
        await using var world = await World.StartAsync();
        var gates = new[] { new GatedStream(Image), new GatedStream(Image) };
        var slow = gates.Select((gate, i) => world.Get<UploadTemplate>().ExecuteAsync(
            world.Tenant, new RegisterTemplateRequest($"t{i}", null, null, false), gate, null, world.Stop)).ToList();
        foreach (var gate in gates) await gate.Asked.WaitAsync(world.Stop);
        Assert.Equal("too-many-uploads", (await UploadAsync(world, world.Tenant, "third")).Problem?.Code);
        await world.DoneAsync(UploadAsync(world, world.Stranger, "theirs"));
        foreach (var gate in gates) gate.Open();
        foreach (var one in slow) Assert.True((await one).IsDone);
        Assert.True((await UploadAsync(world, world.Tenant, "third")).IsDone);
    }

    [Fact]
    public async Task What_an_account_uploads_for_itself_is_bounded_in_all_and_what_is_deleted_counts_no_more()
    {
        await using var world = await World.StartAsync(); // with 32 MiB for each
        var image = RandomNumberGenerator.GetBytes(12 << 20);
        foreach (var name in new[] { "a", "b" }) await world.DoneAsync(UploadAsync(world, world.Tenant, name, image: image));
        Assert.Equal("image-quota-exceeded", (await UploadAsync(world, world.Tenant, "c", image: image)).Problem?.Code);
        Assert.Equal(2, world.Images().Count);
        await world.DoneAsync(UploadAsync(world, world.Stranger, "c", image: image));
        foreach (var name in new[] { "x", "y", "z" }) await world.DoneAsync(UploadAsync(world, world.Admin, name, image: image, isPublic: true));
        await world.DoneAsync(world.Get<DeleteTemplate>().ExecuteAsync(world.Tenant, "a", world.Stop));
        await world.DoneAsync(UploadAsync(world, world.Tenant, "c", image: image));
    }

    [Fact]
    public async Task An_image_is_fetched_and_checked()
    {
        await using var world = await World.StartAsync();
        await using var server = new ScriptedHttp(_ => [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Image.Length}\r\n\r\n"), .. Image]);
        Task<Outcome<OperationDetails>> Fetch(string name, string checksum) => world.Get<RegisterTemplate>().ExecuteAsync(
            world.Admin, new RegisterTemplateRequest(name, null, checksum, true), server.Address.ToString(), world.Stop);
        await world.DoneAsync(Fetch("good", "sha256:" + Convert.ToHexString(SHA256.HashData(Image))));
        var bad = await world.EndedAsync(Fetch("bad", "sha256:" + new string('0', 64)));
        Assert.Equal("checksum-mismatch", bad.Operation.Fault?.Code);
        Assert.Single(world.Images());
        Assert.Equal("url-invalid", (await world.Get<RegisterTemplate>().ExecuteAsync(
            world.Admin, new RegisterTemplateRequest("f", null, null, true), "file:///etc/shadow", world.Stop)).Problem?.Code);
    }

    internal static Task<Outcome<OperationDetails>> UploadAsync(
        World world, Caller caller, string name, ImageFormat? format = null, string? checksum = null, bool isPublic = false, byte[]? image = null) =>
        world.Get<UploadTemplate>().ExecuteAsync(
            caller, new RegisterTemplateRequest(name, format, checksum, isPublic), new MemoryStream(image ?? Image), null, world.Stop);

    /// <summary>Gives nothing until it is opened.</summary>
    private sealed class GatedStream(byte[] content) : MemoryStream(content)
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public void Open() => _open.TrySetResult();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _asked.TrySetResult();
            await _open.Task;
            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}
