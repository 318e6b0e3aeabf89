using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Placement;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;
using Volume = Headgate.Domain.Volume;

namespace Headgate.Control;

/// <summary>What is asked of a volume that there is.</summary>
/// <param name="Kind">The operation, should it stay where it is.</param>
/// <param name="Volume">As it is.</param>
/// <param name="From">The version of the offering that it has.</param>
/// <param name="To">The version that it shall have.</param>
/// <param name="Wish">What it shall be then.</param>
internal sealed record VolumeChange(string Kind, Volume Volume, DiskOffering From, DiskOffering To, VolumeWish Wish);

/// <summary>A change of limits, offering or size where the volume is: does it fit there, and can it be had.</summary>
internal static class ChangeInPlace
{
    /// <summary>True for the refusals that another pool might not have: what is asked cannot be had on this one.</summary>
    public static bool IsOfPool(Fault refusal) => refusal.Code is "does-not-fit-pool" or "out-of-capacity" or "out-of-iops" or "out-of-bandwidth";

    public static async Task<Outcome<(NewOperation Operation, PlannedChange Plan)>> DecideAsync(
        HeadgateDbContext db, Caller caller, VolumeChange change, DateTimeOffset now, CancellationToken stop)
    {
        var volume = change.Volume;
        var pool = await db.Pools.SingleAsync(p => p.Id == volume.PoolId, stop).ConfigureAwait(false);
        if (CapabilitiesText.Read(pool.Capabilities) is not { } can)
            return new Fault("pool-not-reached", $"Pool {pool.Name} was never reached, so what it can honour is not known.", Recovery.AskOperator);
        var resizing = change.Kind == OperationKinds.VolumeResize;
        var size = resizing ? change.Wish.Size.RoundUpTo(new ByteSize(can.VolumeSize.Step)) : volume.Size;

        VolumeCommand command = resizing ? new VolumeCommand.BeginResize(size) : new VolumeCommand.BeginChange();
        var decided = VolumeMachine.Decide(volume, command);
        if (decided.Refusal is { } refusal) return refusal;
        if (decided.Event is null) return VolumeCommands.Already(volume, command);

        var reasons = new List<string>();
        if (change.Kind == OperationKinds.VolumeChangeOffering) reasons.AddRange(Placer.TagReasons(change.Wish.Tags, pool));
        if (resizing && change.Wish.Size.Bytes > can.VolumeSize.To)
            reasons.Add($"{change.Wish.Size} asked; it takes volumes of at most {new ByteSize(can.VolumeSize.To)}.");
        var promises = Grants.For(pool, can, change.Wish with { Size = size }, hypervisorEnforces: false, reasons);
        if (reasons.Count > 0) return DoesNotFit(change, pool, reasons);
        var connections = await db.VolumeAccesses.CountAsync(a => a.VolumeId == volume.Id, stop).ConfigureAwait(false);
        if (ConnectedProblem(pool, can, resizing, connections) is { } connected) return NotWhileConnected(change, pool, connected);

        var after = Reservation.For(size, promises);
        // Until it is through, the volume holds the larger of what it had and what it will have.
        var held = after.OrMore(volume.Reserved);
        if (Ledger.Problem(pool, volume, held) is { } full) return full;
        var (reserved, changing) = Ledger.Move(pool, VolumeMachine.Evolve(volume, decided.Event), held);
        db.Put(reserved);
        db.Put(changing);
        db.Record(now, caller.Actor, $"{change.Kind}-requested", "volume", volume.Id, volume.Name, volume.AccountId,
            resizing ? $"Growing volume {volume.Name} to {size} was asked for." : $"Volume {volume.Name} with {change.Wish.Qos} was asked for.");
        var input = resizing
            ? OperationInput.Write(new ResizeInput(size.Bytes, promises))
            : OperationInput.Write(new ChangeInput(change.To.Id, promises));
        return Decided.As(
            new NewOperation(change.Kind, "volume", volume.Id, volume.AccountId, input),
            new PlannedChange(
                change.Kind, volume.Name, new(pool, change.From, volume.Size, volume.Promises), new(pool, change.To, size, promises), More(volume.Reserved, held)));
    }

    private static Reservation More(Reservation before, Reservation held) =>
        new(held.Bytes - before.Bytes, held.Iops - before.Iops, held.Bandwidth - before.Bandwidth);

    private static string? ConnectedProblem(StoragePool pool, DriverCapabilities can, bool resizing, int connections) => (connections, resizing) switch
    {
        (0, _) => null,
        (_, true) when can.LiveResize is Support.None => $"{pool.Provider} cannot grow a connected volume; disconnect its {connections} initiator(s) first.",
        (_, false) when can.LiveQosChange is Support.None => $"{pool.Provider} cannot change the limits of a connected volume; disconnect its {connections} initiator(s) first.",
        _ => null,
    };

    private static Fault NotWhileConnected(VolumeChange change, StoragePool pool, string reason) =>
        new("volume-connected", $"{What(change)} was asked for volume {change.Volume.Name}, which is on pool {pool.Name}: {reason}", Recovery.FixRequest);

    private static Fault DoesNotFit(VolumeChange change, StoragePool pool, List<string> reasons) =>
        new("does-not-fit-pool",
            $"{What(change)} was asked for volume {change.Volume.Name}, which is on pool {pool.Name}: {reasons[0]} Ask for what its pool can do, or change to an " +
            "offering that another pool can do.", Recovery.FixRequest)
        {
            Details = [.. reasons.Select(r => $"pool {pool.Name}: {r}")],
        };

    private static string What(VolumeChange change) => $"{change.Wish.Size} with {change.Wish.Qos} (disk offering {change.To.Name})";
}
