using Headgate.Domain;
using Headgate.Operations;
using Headgate.Primitives;
using Headgate.Storage.Filters;
using Headgate.Storage.Sdk;

namespace Headgate.Control.Tests;

/// <summary>A change of offering where the volume is, with something wrong in each of its steps: done, or as before, and the call says which.</summary>
public class ChangeOfferingTests
{
    [Theory]
    [InlineData("begin", StoreCall.SetQos, true)] // refused for good
    [InlineData("begin", StoreCall.SetQos, false)] // told, and the answer lost: asked again
    [InlineData("apply-limits", StoreCall.Find, true)]
    [InlineData("apply-limits", StoreCall.Find, false)]
    public async Task Whatever_fails_the_call_says_so_and_the_volume_is_as_before(string after, StoreCall call, bool isRefused)
    {
        await using var world = await World.StartAsync();
        await world.DoneAsync(world.CreateAsync("v1", "free"));
        await world.DoneAsync(world.Get<SetVolumeQos>().ExecuteAsync(world.Tenant, "v1", new(100, 400, 800, null), world.Stop));
        await world.DoneAsync(world.Get<ConnectVolume>().ExecuteAsync(world.Tenant, "v1", World.Initiator, world.Stop));
        var before = await SeenAsync(world);
        world.Faults.Also(point =>
        {
            if (point == $"volume.change-offering/{after}/recorded")
                world.Plan.Next(call, isRefused ? new InjectedFault.Refuse(new Fault("on-fire", "It burns.", Recovery.AskOperator)) : new InjectedFault.LoseReply());
            return Task.CompletedTask;
        });
        var asked = (await world.Get<ChangeVolumeOffering>().ExecuteAsync(world.Tenant, "v1", "gold", world.Stop)).ValueOrThrow().Operation.Id;
        var ended = (await world.EndedAsync(asked)).Operation;
        world.Faults.Also(null);
        if (isRefused)
        {
            Assert.Equal((OperationStatus.Failed, "on-fire"), (ended.Status, ended.Fault?.Code));
            Assert.Equal(before, await SeenAsync(world));
        }
        else
        {
            Assert.Equal(OperationStatus.Succeeded, ended.Status);
            Assert.Equal(("gold", QosSpec.Create(200, 1000, 1000)), ((await SeenAsync(world)).Offering, (await SeenAsync(world)).OnArray));
        }
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task A_required_limit_that_the_array_did_not_take_is_found_and_the_old_ones_are_put_back()
    {
        await using var world = await World.StartAsync();
        await world.DoneAsync(world.CreateAsync("v1", "free"));
        await world.DoneAsync(world.Get<SetVolumeQos>().ExecuteAsync(world.Tenant, "v1", new(100, 400, 800, null), world.Stop));
        var before = await SeenAsync(world);
        var handle = new VolumeHandle((await world.VolumeAsync("v1")).Volume.Handle!);
        world.Faults.Also(point =>
        {
            // It said yes and did less, as an array does that rounds in silence.
            if (point == "volume.change-offering/apply-limits/recorded") world.Array.Tamper(handle, v => v.Qos = QosSpec.Create(150, 1000, 1000));
            return Task.CompletedTask;
        });
        var asked = (await world.Get<ChangeVolumeOffering>().ExecuteAsync(world.Tenant, "v1", "gold", world.Stop)).ValueOrThrow().Operation.Id;
        Assert.Equal("qos-not-applied", (await world.EndedAsync(asked)).Operation.Fault?.Code);
        world.Faults.Also(null);
        Assert.Equal(before, await SeenAsync(world));
        await world.AssertSoundAsync();
    }

    private static async Task<(string Offering, VolumeState State, QosSpec Promised, QosSpec OnArray, Reservation Held)> SeenAsync(World world)
    {
        var volume = await world.VolumeAsync("v1");
        var qos = (await world.Get<GetVolumeQos>().ExecuteAsync(world.Tenant, "v1", world.Stop)).ValueOrThrow();
        long? Of(PromiseKind kind) => qos.Promises.Single(p => p.Kind == kind).Applied;
        return (volume.DiskOffering, volume.Volume.State, volume.Volume.Promises.ForStorage(),
            QosSpec.Create(Of(PromiseKind.MinIops), Of(PromiseKind.MaxIops), Of(PromiseKind.BurstIops)), volume.Volume.Reserved);
    }
}
