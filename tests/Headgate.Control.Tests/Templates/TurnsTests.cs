using Headgate.DiskImages;
using Headgate.Domain;
using Headgate.Operations;
using Headgate.Operations.Templates;

namespace Headgate.Control.Tests;

/// <summary>What takes long is done by few at a time, and who waits holds nothing.</summary>
public class TurnsTests
{
    [Fact]
    public void There_are_so_many_in_all_and_so_many_for_each_and_what_is_given_back_is_free()
    {
        var (turns, one, two) = (new Turns(3, 2), Guid.NewGuid(), Guid.NewGuid());
        var first = turns.TryTake(one);
        Assert.NotNull(first);
        Assert.NotNull(turns.TryTake(one));
        Assert.Null(turns.TryTake(one));
        Assert.NotNull(turns.TryTake(two));
        Assert.Null(turns.TryTake(two));
        first.Dispose();
        first.Dispose(); // once is enough
        Assert.NotNull(turns.TryTake(two));
        Assert.Null(turns.TryTake(one));
    }

    [Fact]
    public async Task Who_gets_no_turn_to_unpack_leaves_the_engine_and_loses_no_attempt()
    {
        await using var world = await World.StartAsync();
        var turn = world.Get<TemplateTools>().Unpacking.TryTake(world.Tenant.AccountId)!;
        var asked = (await TemplateTests.UploadAsync(world, world.Tenant, "debian")).ValueOrThrow().Operation.Id;
        var waiting = await world.UntilAsync(asked, o => o.Operation.NotBefore is not null);
        Assert.Null(waiting.Operation.LeaseOwner);
        Assert.Contains("other images are being unpacked", waiting.Steps.Single(s => s.Name == "prepare-image").Note, StringComparison.Ordinal);
        await world.DoneAsync(TemplateTests.UploadAsync(world, world.Stranger, "theirs")); // another account's turn

        turn.Dispose();
        await world.HurryAsync(asked);
        var ended = await world.EndedAsync(asked);
        Assert.Equal(OperationStatus.Succeeded, ended.Operation.Status);
        Assert.Equal(1, ended.Steps.Single(s => s.Name == "prepare-image").Attempts);
    }

    [Fact]
    public async Task Who_gets_no_turn_to_write_leaves_the_engine()
    {
        await using var world = await World.StartOnFilesAsync("Plain");
        await world.DoneAsync(TemplateTests.UploadAsync(world, world.Tenant, "debian"));
        var turns = world.Get<TemplateTools>().Moving;
        var taken = new[] { turns.TryTake(world.Tenant.AccountId)!, turns.TryTake(world.Tenant.AccountId)! };
        var asked = (await TemplateVolumeTests.CreateAsync(world, "v1")).ValueOrThrow().Operation.Id;
        Assert.Null((await world.UntilAsync(asked, o => o.Operation.NotBefore is not null)).Operation.LeaseOwner);
        foreach (var turn in taken) turn.Dispose();
        await world.HurryAsync(asked);
        Assert.Equal(OperationStatus.Succeeded, (await world.EndedAsync(asked)).Operation.Status);
        await world.AssertSoundAsync();
    }
}
