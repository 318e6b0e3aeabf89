using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Headgate.Testing.Database;

namespace Headgate.Control.Tests;

/// <summary>Operations that meet each other, that cannot be taken back, and that fail late.</summary>
public class OperationRuleTests
{
    [Fact]
    public async Task A_volume_that_is_being_recovered_cannot_be_expunged()
    {
        await using var world = await World.StartAsync();
        await DeletedAsync(world);
        var (held, go) = Hold(world, "volume.recover/confirm/intended");
        var recovering = (await world.Get<RecoverVolume>().ExecuteAsync(world.Tenant, "v1", world.Stop)).ValueOrThrow();
        await held.WaitAsync(Patience.Long, world.Stop);

        Assert.Equal("volume-state", (await world.Get<ExpungeVolume>().ExecuteAsync(world.Tenant, "v1", world.Stop)).Problem?.Code);

        go.SetResult();
        Assert.Equal(OperationStatus.Succeeded, (await world.EndedAsync(recovering.Operation.Id)).Operation.Status);
        Assert.Equal(VolumeState.Ready, (await world.VolumeAsync("v1")).Volume.State);
    }

    [Fact]
    public async Task An_operation_whose_end_is_not_lawful_any_more_fails()
    {
        await using var world = await World.StartAsync();
        await DeletedAsync(world);
        world.Faults.Also(point => point != "volume.recover/confirm/acted" ? Task.CompletedTask : world.Database.WriteAsync(
            (db, _) =>
            {
                db.Put(db.Volumes.Single(v => v.Name == "v1") with { State = VolumeState.Expunging });
                return Task.CompletedTask;
            },
            world.Stop));
        var ended = await world.EndedAsync(world.Get<RecoverVolume>().ExecuteAsync(world.Tenant, "v1", world.Stop)).WaitAsync(Patience.Long, world.Stop);
        Assert.Equal((OperationStatus.Failed, "volume-state"), (ended.Operation.Status, ended.Operation.Fault?.Code));
        Assert.Equal(VolumeState.Expunging, (await world.VolumeAsync("v1")).Volume.State);
    }

    [Theory]
    [InlineData("volume.resize/grow-lun/intended"), InlineData("volume.disconnect/begin/intended")]
    public async Task What_cannot_be_taken_back_once_begun_says_so_when_it_is_to_be_cancelled(string place)
    {
        await using var world = await World.StartAsync();
        await world.DoneAsync(world.CreateAsync("v1"));
        await world.DoneAsync(world.Get<ConnectVolume>().ExecuteAsync(world.Tenant, "v1", World.Initiator, world.Stop));
        var (held, go) = Hold(world, place);
        var asked = place.StartsWith("volume.resize", StringComparison.Ordinal)
            ? await world.Get<ResizeVolume>().ExecuteAsync(world.Tenant, "v1", ByteSize.GiB(3), world.Stop)
            : await world.Get<DisconnectVolume>().ExecuteAsync(world.Tenant, "v1", World.Initiator, world.Stop);
        var id = asked.ValueOrThrow().Operation.Id;
        await held.WaitAsync(Patience.Long, world.Stop);

        Assert.Equal("operation-not-cancellable", (await world.Get<CancelOperation>().ExecuteAsync(world.Tenant, id, world.Stop)).Problem?.Code);

        go.SetResult();
        Assert.Equal(OperationStatus.Succeeded, (await world.EndedAsync(id)).Operation.Status);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task A_resize_that_fails_after_the_array_has_grown_keeps_the_size_that_is_there()
    {
        await using var world = await World.StartAsync();
        await world.DoneAsync(world.CreateAsync("v1"));
        var handle = new VolumeHandle((await world.VolumeAsync("v1")).Volume.Handle!);
        world.Faults.Also(point =>
        {
            if (point == "volume.resize/confirm/intended") world.Array.Tamper(handle, v => v.Qos = QosSpec.Create(200, 777, 1000));
            return Task.CompletedTask;
        });
        var ended = await world.EndedAsync(world.Get<ResizeVolume>().ExecuteAsync(world.Tenant, "v1", ByteSize.GiB(3), world.Stop)).WaitAsync(Patience.Long, world.Stop);
        Assert.Equal((OperationStatus.Failed, "qos-not-applied"), (ended.Operation.Status, ended.Operation.Fault?.Code));
        var volume = (await world.VolumeAsync("v1")).Volume;
        Assert.Equal((VolumeState.Ready, ByteSize.GiB(3), ByteSize.GiB(3)), (volume.State, volume.Size, volume.ReservedBytes));
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task Limits_are_bounded_for_a_change_as_for_a_create()
    {
        await using var world = await World.StartAsync();
        await world.DoneAsync(world.CreateAsync("v1", "free"));
        var outcome = await world.Get<SetVolumeQos>().ExecuteAsync(
            world.Tenant, "v1", new SetVolumeQosRequest(null, OfferingResolution.MostIops + 1, null, null), world.Stop);
        Assert.Equal("qos-invalid", outcome.Problem?.Code);
    }

    [Fact]
    public async Task A_facet_that_this_pool_does_not_have_is_not_used()
    {
        await using var world = await World.StartAsync(("inventory", "none"));
        Assert.Equal("unsupported", (await world.Get<CheckPool>().ExecuteAsync(world.Admin, "san1", world.Stop)).Problem?.Code);
    }

    private static async Task DeletedAsync(World world)
    {
        await world.DoneAsync(world.CreateAsync("v1"));
        await world.DoneAsync(world.Get<DeleteVolume>().ExecuteAsync(world.Tenant, "v1", world.Stop));
    }

    private static (Task Held, TaskCompletionSource Go) Hold(World world, string place)
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Faults.Also(async point =>
        {
            if (point != place) return;
            held.TrySetResult();
            await go.Task.WaitAsync(Patience.Long);
        });
        return (held.Task, go);
    }
}

/// <summary>The same on PostgreSQL.</summary>
[OnPostgres]
public sealed class OperationRuleTestsOnPostgres : OperationRuleTests
{
    public OperationRuleTestsOnPostgres() => TestDatabase.RequirePostgres();
}
