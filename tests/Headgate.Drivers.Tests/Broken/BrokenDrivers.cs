using System.Collections.Concurrent;
using Headgate.Drivers.Reference;
using Headgate.Primitives;
using Headgate.Storage.Conformance;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.Broken;

// Each is one mistake that drivers in the field have been seen to make, and otherwise correct.

/// <summary>Deletes whatever the handle names, without looking whose it is.</summary>
internal sealed class DeletesByHandleAlone(IPrimaryDataStoreDriver inner) : TwistedDriver(inner)
{
    public override async ValueTask<Outcome<Nothing>> DeleteAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop)
    {
        var all = (await ListAsync(stop)).ValueOrThrow();
        var whose = all.FirstOrDefault(v => v.Handle == handle)?.Key ?? key;
        return await base.DeleteAsync(whose, handle, stop);
    }
}

/// <summary>Never looks for what an earlier call with this key made: after a lost reply it makes a second volume and forgets the first.</summary>
internal sealed class LeaksOnLostReply(IPrimaryDataStoreDriver inner, Func<ReferenceArray> array) : TwistedDriver(inner)
{
    // In this server's memory only: it knows its own repeats, and nothing after a restart.
    private readonly ConcurrentDictionary<ObjectKey, Outcome<VolumeView>> _made = [];

    public override async ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop)
    {
        var earlier = (await FindAsync(key, stop)).ValueOrThrow();
        if (_made.ContainsKey(key) || earlier is null)
        {
            var made = await base.CreateAsync(key, spec, stop);
            if (made.IsDone) _made[key] = made;
            return made;
        }
        array().Tamper(earlier.Handle, v => v.Key = null);
        return _made[key] = await base.CreateAsync(key, spec, stop);
    }
}

/// <summary>Makes a new volume at every create, even for the same server's repeat.</summary>
internal sealed class CreatesAnewEachTime(IPrimaryDataStoreDriver inner, Func<ReferenceArray> array) : TwistedDriver(inner)
{
    private int _calls;

    public override async ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop)
    {
        var repeat = await base.CreateAsync(key, spec, stop);
        if (repeat is not Outcome<VolumeView>.Done { Value: var first } || Interlocked.Increment(ref _calls) % 2 == 1) return repeat;
        array().Tamper(first.Handle, v => v.Key = null);
        return await base.CreateAsync(key, spec, stop);
    }
}


/// <summary>Puts every initiator into one group, so that each sees all volumes that anybody was granted.</summary>
internal sealed class GrantsToEverybody(IPrimaryDataStoreDriver inner, Func<ReferenceArray> array) : TwistedDriver(inner)
{
    public override async ValueTask<Outcome<Connection>> GrantAccessAsync(ObjectKey key, VolumeHandle handle, AccessRequest access, CancellationToken stop)
    {
        var granted = await base.GrantAccessAsync(key, handle, access, stop);
        if (granted is not Outcome<Connection>.Done { Value: Connection.Iscsi { Chap: var chap } }) return granted;
        foreach (var volume in (await ListAsync(stop)).ValueOrThrow().Where(v => v.Initiators.Count > 0))
            array().Tamper(volume.Handle, v => v.Grants.TryAdd(access.InitiatorName, chap));
        return granted;
    }
}

/// <summary>Takes new limits, answers with them, and applies nothing.</summary>
internal sealed class AcceptsQosAndForgetsIt(IPrimaryDataStoreDriver inner) : TwistedDriver(inner)
{
    public override async ValueTask<Outcome<VolumeView>> SetQosAsync(ObjectKey key, VolumeHandle handle, QosSpec qos, CancellationToken stop)
    {
        var before = (await FindAsync(key, stop)).ValueOrThrow();
        var set = await base.SetQosAsync(key, handle, qos, stop);
        if (set.IsDone && before is not null) (await base.SetQosAsync(key, handle, before.Qos, stop)).ValueOrThrow();
        return set;
    }
}

/// <summary>Reports the array's refusal to shrink as success.</summary>
internal sealed class ReportsErrorsAsSuccess(IPrimaryDataStoreDriver inner) : TwistedDriver(inner)
{
    public override async ValueTask<Outcome<VolumeView>> ResizeAsync(ObjectKey key, VolumeHandle handle, ByteSize size, CancellationToken stop)
    {
        var resized = await base.ResizeAsync(key, handle, size, stop);
        return resized.Problem?.Code == FaultCodes.SizeOutOfRange && (await FindAsync(key, stop)).ValueOrThrow() is { } view && size < view.Size
            ? view with { Size = size }
            : resized;
    }
}

/// <summary>Says that access is revoked and leaves it.</summary>
internal sealed class RevokesNothing(IPrimaryDataStoreDriver inner) : TwistedDriver(inner)
{
    public override async ValueTask<Outcome<Nothing>> RevokeAccessAsync(ObjectKey key, VolumeHandle handle, string initiatorName, CancellationToken stop)
    {
        var found = (await FindAsync(key, stop)).ValueOrThrow();
        return found?.Handle == handle ? default(Nothing) : await base.RevokeAccessAsync(key, handle, initiatorName, stop);
    }
}

/// <summary>Lists from this server's memory: what another server made is not there.</summary>
internal sealed class ListsFromMemory(IPrimaryDataStoreDriver inner) : TwistedDriver(inner)
{
    private readonly ConcurrentDictionary<ObjectKey, byte> _mine = [];

    public override ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop)
    {
        _mine[key] = 0;
        return base.CreateAsync(key, spec, stop);
    }

    public override ValueTask<Outcome<VolumeView>> CloneAsync(ObjectKey key, VolumeSpec spec, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop)
    {
        _mine[key] = 0;
        return base.CloneAsync(key, spec, source, snapshot, stop);
    }

    public override async ValueTask<Outcome<IReadOnlyList<VolumeView>>> ListAsync(CancellationToken stop) =>
        (await base.ListAsync(stop)).Map<IReadOnlyList<VolumeView>>(all => [.. all.Where(v => v.Key is null || _mine.ContainsKey(v.Key.Value))]);
}

/// <summary>Rounds sizes down to the step when it grows a volume.</summary>
internal sealed class RoundsDown(IPrimaryDataStoreDriver inner) : TwistedDriver(inner)
{
    private const long Step = 1 << 20; // the reference array's

    public override ValueTask<Outcome<VolumeView>> ResizeAsync(ObjectKey key, VolumeHandle handle, ByteSize size, CancellationToken stop) =>
        base.ResizeAsync(key, handle, new ByteSize(size.Bytes / Step * Step), stop);
}

/// <summary>Says that a snapshot is deleted and goes on finding it.</summary>
internal sealed class KeepsDeletedSnapshots(IPrimaryDataStoreDriver inner) : TwistedDriver(inner)
{
    public override async ValueTask<Outcome<Nothing>> DeleteSnapshotAsync(ObjectKey key, SnapshotHandle snapshot, CancellationToken stop)
    {
        foreach (var volume in (await ListAsync(stop)).ValueOrThrow())
            if ((await FindSnapshotAsync(key, volume.Handle, stop)).ValueOrThrow()?.Handle == snapshot) return default(Nothing);
        return await base.DeleteSnapshotAsync(key, snapshot, stop);
    }
}

/// <summary>Clones with the source's limits.</summary>
internal sealed class ClonesTheLimitsToo(IPrimaryDataStoreDriver inner) : TwistedDriver(inner)
{
    public override async ValueTask<Outcome<VolumeView>> CloneAsync(ObjectKey key, VolumeSpec spec, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop)
    {
        var clone = await base.CloneAsync(key, spec, source, snapshot, stop);
        var original = (await ListAsync(stop)).ValueOrThrow().FirstOrDefault(v => v.Handle == source);
        return clone is Outcome<VolumeView>.Done { Value: var made } && original is not null
            ? await base.SetQosAsync(key, made.Handle, original.Qos, stop)
            : clone;
    }
}

/// <summary>Answers with whatever the array said, in place of a code.</summary>
internal sealed class FaultsWithoutACode(IPrimaryDataStoreDriver inner) : TwistedDriver(inner)
{
    public override async ValueTask<Outcome<VolumeStatistics>> GetVolumeStatisticsAsync(VolumeHandle handle, CancellationToken stop) =>
        (await base.GetVolumeStatisticsAsync(handle, stop)).Problem is { } fault && handle.Value == "no-such-volume"
            ? new Fault("xVolumeIDDoesNotExist", fault.Message, fault.Recovery)
            : await base.GetVolumeStatisticsAsync(handle, stop);
}

/// <summary>Throws where it should answer.</summary>
internal sealed class Throws(IPrimaryDataStoreDriver inner) : TwistedDriver(inner)
{
    public override ValueTask<Outcome<VolumeStatistics>> GetVolumeStatisticsAsync(VolumeHandle handle, CancellationToken stop) =>
        handle.Value == "no-such-volume" ? throw new InvalidOperationException("sequence contains no elements") : base.GetVolumeStatisticsAsync(handle, stop);
}

/// <summary>Has snapshots and does not offer them.</summary>
internal sealed class HidesAFacet(IPrimaryDataStoreDriver inner) : TwistedDriver(inner)
{
    public override bool Offers(Type facet) => facet != typeof(ISnapshots) && base.Offers(facet);
}

/// <summary>Writes what it was given into its messages, the CHAP secret too.</summary>
internal sealed class PrintsSecrets(IPrimaryDataStoreDriver inner) : TwistedDriver(inner)
{
    private string _last = "";

    public override async ValueTask<Outcome<Connection>> GrantAccessAsync(ObjectKey key, VolumeHandle handle, AccessRequest access, CancellationToken stop)
    {
        var granted = await base.GrantAccessAsync(key, handle, access, stop);
        if (granted is Outcome<Connection>.Done { Value: Connection.Iscsi { Chap: { } chap } }) _last = chap.Secret;
        return granted.Problem is { Code: FaultCodes.WrongVolume } fault
            ? fault with { Message = $"{fault.Message} The session was logged in with {_last}." }
            : granted;
    }
}

/// <summary>Makes a volume first and writes the key on it in a second step: an interruption in between leaves one that nobody ever finds.</summary>
internal sealed class CreatesThenTags(IPrimaryDataStoreDriver inner, Func<ReferenceArray> array, StepLink link) : TwistedDriver(inner)
{
    public override async ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop)
    {
        if ((await FindAsync(key, stop)).ValueOrThrow() is not null) return await base.CreateAsync(key, spec, stop);
        if (link.IsCut()) return Faults.Unreachable("The array cannot be reached. Look at the network.");
        var made = await base.CreateAsync(key, spec, stop);
        if (made is not Outcome<VolumeView>.Done { Value: var volume }) return made;
        array().Tamper(volume.Handle, v => v.Key = null);
        if (link.IsLost()) return new Outcome<VolumeView>.Unknown(Faults.NoReply("The answer was lost. Repeat the call."));
        if (link.IsCut()) return new Outcome<VolumeView>.Unknown(Faults.Unreachable("The array cannot be reached any more. Look at the network."));
        array().Tamper(volume.Handle, v => v.Key = key);
        return link.IsLost() ? new Outcome<VolumeView>.Unknown(Faults.NoReply("The answer was lost. Repeat the call.")) : made;
    }
}

/// <summary>Says that a copy is done and copies nothing.</summary>
internal sealed class CopiesNothing(IPrimaryDataStoreDriver inner) : TwistedDriver(inner)
{
    public override async ValueTask<Outcome<VolumeView>> CopyAsync(
        ObjectKey key, ObjectKey targetKey, VolumeHandle target, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop)
    {
        var from = (await ListAsync(stop)).ValueOrThrow().FirstOrDefault(v => v.Handle == source);
        var onto = (await FindAsync(targetKey, stop)).ValueOrThrow();
        return from is not null && snapshot is null && onto?.Handle == target && from.Handle != target && from.Size <= onto.Size
            ? onto
            : await base.CopyAsync(key, targetKey, target, source, snapshot, stop);
    }
}

/// <summary>Makes the target what the source is, its limits included.</summary>
internal sealed class CopiesTheLimitsToo(IPrimaryDataStoreDriver inner) : TwistedDriver(inner)
{
    public override async ValueTask<Outcome<VolumeView>> CopyAsync(
        ObjectKey key, ObjectKey targetKey, VolumeHandle target, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop)
    {
        var copied = await base.CopyAsync(key, targetKey, target, source, snapshot, stop);
        return copied.IsDone && (await ListAsync(stop)).ValueOrThrow().FirstOrDefault(v => v.Handle == source) is { } from
            ? await base.SetQosAsync(targetKey, target, from.Qos, stop)
            : copied;
    }
}

/// <summary>Copies onto a volume that is too small and leaves off the end.</summary>
internal sealed class CopiesWhatFits(IPrimaryDataStoreDriver inner, Func<ReferenceArray> array) : TwistedDriver(inner)
{
    public override async ValueTask<Outcome<VolumeView>> CopyAsync(
        ObjectKey key, ObjectKey targetKey, VolumeHandle target, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop)
    {
        var copied = await base.CopyAsync(key, targetKey, target, source, snapshot, stop);
        if (copied.Problem?.Code != FaultCodes.SizeOutOfRange) return copied;
        array().WriteMark(target, array().ReadMark(source) ?? "");
        return (await FindAsync(targetKey, stop)).ValueOrThrow()!;
    }
}

/// <summary>Answers a change of capacity with what was asked for, and changes nothing.</summary>
internal sealed class ForgetsItsCapacity(IPrimaryDataStoreLifeCycle inner) : TwistedLifeCycle(inner)
{
    public override async ValueTask<Outcome<PoolFacts>> ChangeCapacityAsync(PoolCapacity capacity, CancellationToken stop)
    {
        var changed = await base.ChangeCapacityAsync(capacity, stop);
        if (changed.IsDone) (await base.ChangeCapacityAsync(new PoolCapacity(null, null), stop)).ValueOrThrow();
        return changed;
    }
}

/// <summary>Removes a pool whatever is left in it.</summary>
internal sealed class RemovesPoolsInUse(IPrimaryDataStoreLifeCycle inner) : TwistedLifeCycle(inner)
{
    public override async ValueTask<Outcome<Nothing>> RemoveAsync(CancellationToken stop) =>
        await base.RemoveAsync(stop) is { Problem.Code: not FaultCodes.InUse } other ? other : default(Nothing);
}

/// <summary>A link for a driver that has none: the driver asks it at every step whether that one goes through.</summary>
internal sealed class StepLink : IArrayLink
{
    private int _requests;
    private int _loseReplyTo;
    private int _cutBefore = int.MaxValue;

    public int Requests => Volatile.Read(ref _requests);

    public void Reset() => (_requests, _loseReplyTo, _cutBefore) = (0, 0, int.MaxValue);

    public void LoseReplyTo(int number) => _loseReplyTo = number;

    public void CutBefore(int number) => _cutBefore = number;

    /// <summary>Counts a step; true when it fails before it is made.</summary>
    public bool IsCut() => Interlocked.Increment(ref _requests) >= _cutBefore;

    /// <summary>True when the step counted last was made and its answer is lost.</summary>
    public bool IsLost() => _requests == _loseReplyTo;
}
