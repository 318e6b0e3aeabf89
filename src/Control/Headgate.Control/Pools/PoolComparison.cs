using System.Globalization;
using Headgate.Domain;
using Headgate.Primitives;
using VolumeView = Headgate.Storage.Sdk.VolumeView;

namespace Headgate.Control;

/// <summary>The kinds of findings. Stable: programs and people's notes rely on them.</summary>
public static class CheckKinds
{
    /// <summary>A volume of ours is not on the storage. Never made again by itself: an empty disk in its place would hide the loss.</summary>
    public const string Missing = "missing";

    /// <summary>Something that we made is on the storage, and no volume here knows of it.</summary>
    public const string Orphan = "orphan";

    /// <summary>A volume of ours is on the storage, and the storage cannot read it.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>A volume has another size than here.</summary>
    public const string SizeDrift = "size-drift";

    /// <summary>A volume has other limits than were granted. Repaired by setting them again.</summary>
    public const string QosDrift = "qos-drift";

    /// <summary>The storage does not let an initiator in that was granted access. Repaired by granting it again.</summary>
    public const string AccessLost = "access-lost";

    /// <summary>The storage lets an initiator in that nobody granted access here. Repaired by revoking it.</summary>
    public const string AccessStale = "access-stale";

    /// <summary>Volumes of others are more or fewer than at the last check. They are counted and never touched.</summary>
    public const string ForeignChanged = "foreign-changed";

    /// <summary>The storage could not be asked, so nothing else is known of it.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>The pool's settings lead to another storage than the one that it was added on: nothing else is believed.</summary>
    public const string BackendChanged = "backend-changed";

    /// <summary>An operation has been trying for long, or belongs to a server that fell silent and nobody took it over.</summary>
    public const string OperationStuck = "operation-stuck";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Missing, Orphan, Unreadable, SizeDrift, QosDrift, AccessLost, AccessStale, ForeignChanged, Unreachable, BackendChanged, OperationStuck];
}

/// <summary>A difference between database and storage.</summary>
/// <param name="Kind">One of <see cref="CheckKinds"/>.</param>
/// <param name="VolumeId">Ours, when we know it.</param>
/// <param name="Volume">Its name.</param>
/// <param name="Handle">The storage's name for it.</param>
/// <param name="Message">What the database says, what the storage has.</param>
/// <param name="Action">What to do about it.</param>
public sealed record CheckFinding(string Kind, Guid? VolumeId, string? Volume, string Handle, string Message, string Action)
{
    /// <summary>True when a repair sets it right without any danger to data.</summary>
    public bool IsRepairable => VolumeId is not null && Kind is CheckKinds.QosDrift or CheckKinds.AccessLost or CheckKinds.AccessStale;

    /// <summary>The volume, template's copy or operation that it is about; for an orphan the key on it; null for the pool itself.</summary>
    public Guid? Subject { get; init; } = VolumeId;

    /// <summary>What tells it from others of its kind on the same thing: an initiator's name.</summary>
    public string Detail { get; init; } = "";

    /// <summary>What the storage has, of an orphan whose key nobody here knows.</summary>
    public VolumeView? Quarantined { get; init; }

    /// <summary>What makes it the same one at the next check.</summary>
    public string Identity => $"{Kind}/{Subject?.ToString("N") ?? Handle}/{Handle}/{Detail}";

    /// <summary>Its row.</summary>
    public Guid? Id { get; init; }

    /// <summary>True when an admin said that it may stay so.</summary>
    public bool IsIgnored { get; init; }

    /// <summary>The operation that repairs it, when that was asked for and begun.</summary>
    public Guid? Operation { get; init; }

    /// <summary>Why its repair was asked for and not begun.</summary>
    public Fault? RepairProblem { get; init; }
}

/// <summary>The differences, pure.</summary>
internal static class PoolComparison
{
    /// <param name="ours">The pool's volumes as the database has them.</param>
    /// <param name="copies">Templates' copies there.</param>
    /// <param name="initiators">Who was granted which; null when the storage does not keep access apart by host.</param>
    /// <param name="there">What the storage lists.</param>
    /// <param name="busy">Volumes with work under way, which differ by right.</param>
    public static IReadOnlyList<CheckFinding> Compare(
        IReadOnlyList<Volume> ours, IReadOnlyList<TemplateCopy> copies, ILookup<Guid, string>? initiators, IReadOnlyList<VolumeView> there,
        IReadOnlySet<Guid> busy)
    {
        var findings = new List<CheckFinding>();
        var byKey = there.Where(v => v.Key is not null).ToLookup(v => v.Key!.Value.Value);
        foreach (var volume in ours.Where(v => v.State is not VolumeState.Expunged && !busy.Contains(v.Id)))
        {
            var views = byKey[volume.Key].OrderBy(v => v.Handle.Value == volume.Handle ? 0 : 1).ToList();
            if (views.Count == 0)
            {
                if (volume.Handle is not null) findings.Add(Missing(volume)); // without one it never was there
                continue;
            }
            findings.AddRange(views[0].Problem is { } problem ? [Unreadable(volume, views[0], problem)] : Drift(volume, views[0]));
            if (initiators is not null) findings.AddRange(Access(volume, [.. initiators[volume.Id]], views[0]));
            findings.AddRange(views.Skip(1).Select(extra => new CheckFinding(
                CheckKinds.Orphan, volume.Id, volume.Name, extra.Handle.Value, $"{extra.Handle} carries the key of volume {volume.Name} a second time.",
                $"Find out on the storage which of {views[0].Handle} and {extra.Handle} holds the data; delete the other there.")));
        }
        foreach (var copy in copies.Where(c => !busy.Contains(c.Id))) findings.AddRange(OfCopy(copy, byKey[copy.Id].FirstOrDefault()));
        var alive = ours.Where(v => v.State is not VolumeState.Expunged).Select(v => v.Key)
            .Concat(copies.Where(c => c.State is not TemplateCopyState.Error).Select(c => c.Id)).ToHashSet();
        findings.AddRange(there
            .Where(v => v.Key is { } key && !alive.Contains(key.Value) && !busy.Contains(key.Value))
            .Select(v => new CheckFinding(
                CheckKinds.Orphan, null, null, v.Handle.Value,
                $"{v.Handle} ({v.Name}, {v.Size}) was made by us with key {v.Key}, but no volume of this pool has that id.",
                "It is left alone. See it with: headgate pool orphan list; then make it a volume again with headgate pool orphan adopt, or end it with headgate pool orphan delete.")
            {
                Subject = v.Key!.Value.Value, Quarantined = v,
            }));
        return findings;
    }

    /// <summary>Null when others' volumes are as they were at the last check.</summary>
    public static CheckFinding? Foreign(StoragePool pool, IReadOnlyList<VolumeView> foreign)
    {
        var (bytes, iops) = Sums(foreign);
        return bytes == pool.ForeignBytes && iops == pool.ForeignIops
            ? null
            : new CheckFinding(
                CheckKinds.ForeignChanged, null, null, "",
                $"{foreign.Count} volume(s) of others hold {bytes} and min {iops} IOPS; at the last check it was {pool.ForeignBytes} and {pool.ForeignIops} IOPS.",
                "Nothing is asked of you: they are left alone, and placement counts what they hold.");
    }

    /// <summary>What others' volumes take from the pool's capacity.</summary>
    public static (ByteSize Bytes, long Iops) Sums(IReadOnlyList<VolumeView> foreign) =>
        (new ByteSize(foreign.Sum(v => v.Size.Bytes)), foreign.Sum(v => v.Qos.MinIops ?? 0));

    private static CheckFinding Missing(Volume volume) => new(
        CheckKinds.Missing, volume.Id, volume.Name, volume.Handle ?? "", $"Volume {volume.Name} of {volume.Size} is not on the storage.",
        "It is not made again: its data is gone unless the storage can bring it back. Look there for a deleted volume or a snapshot; else restore it from a backup "
        + $"into a new volume and end this one with: headgate volume expunge {volume.Id}");

    private static CheckFinding Unreadable(Volume volume, VolumeView view, Fault problem) => new(
        CheckKinds.Unreadable, volume.Id, volume.Name, view.Handle.Value, $"Volume {volume.Name} is on the storage and cannot be read there: {problem.Message}",
        $"Nothing is changed by itself. Mend it on the storage, or give it up: headgate volume expunge {volume.Id}");

    /// <summary>A template's copy holds nobody's data, so what is wrong with it is never urgent; but nobody may change it.</summary>
    private static IEnumerable<CheckFinding> OfCopy(TemplateCopy copy, VolumeView? view)
    {
        if (copy.State is TemplateCopyState.Ready && view is null)
        {
            yield return new CheckFinding(
                CheckKinds.Missing, null, null, copy.Handle ?? "", $"The copy of template {copy.TemplateId} that volumes are cloned from ({copy.Handle}) is not on the storage.",
                "Nothing is lost: the first volume that is asked for finds it out and fails, the next one writes the copy again.") { Subject = copy.Id };
        }
        if (copy.State is TemplateCopyState.Ready && view is { Problem: { } problem })
        {
            yield return new CheckFinding(
                CheckKinds.Unreadable, null, null, view.Handle.Value,
                $"The copy of template {copy.TemplateId} that volumes are cloned from is on the storage and cannot be read there: {problem.Message}",
                "No data of anybody's is in it: the first volume that is asked for finds it out and fails, the next one writes the copy again.") { Subject = copy.Id };
        }
        if (copy.State is TemplateCopyState.Ready && view is { Problem: null } && view.Size < copy.Size)
        {
            yield return new CheckFinding(
                CheckKinds.SizeDrift, null, null, view.Handle.Value,
                $"The copy of template {copy.TemplateId} that volumes are cloned from has {copy.Size} here and only {view.Size} on the storage.",
                "No data of anybody's is in it: the first volume that is asked for finds it out and fails, the next one writes the copy again. Check what was cloned from it since it was cut.") { Subject = copy.Id };
        }
        if (copy.State is TemplateCopyState.Ready && view is { Initiators: [_, ..] })
        {
            yield return new CheckFinding(
                CheckKinds.AccessStale, null, null, view.Handle.Value,
                $"The storage lets {string.Join(", ", view.Initiators)} see the copy of template {copy.TemplateId} that volumes are cloned from.",
                "Revoke it on the storage. If they may have written to it, delete the template and register it again: what is cloned from it would carry what they wrote.") { Subject = copy.Id };
        }
    }

    private static IEnumerable<CheckFinding> Drift(Volume volume, VolumeView view)
    {
        if (view.Size > volume.Size)
        {
            yield return new CheckFinding(
                CheckKinds.SizeDrift, volume.Id, volume.Name, view.Handle.Value, $"Volume {volume.Name} has {volume.Size} here and {view.Size} on the storage.",
                $"Take the new size over with: headgate volume resize {volume.Name} --size {view.Size.Bytes}");
        }
        else if (view.Size < volume.Size)
        {
            yield return new CheckFinding(
                CheckKinds.SizeDrift, volume.Id, volume.Name, view.Handle.Value, $"Volume {volume.Name} has {volume.Size} here and only {view.Size} on the storage.",
                "It was cut there, and what lay behind the cut may be lost: stop its user, check its data against a backup, then grow it on the storage "
                + $"to {volume.Size.Bytes} bytes.");
        }
        if (Limits(volume, view) is { Count: > 0 } changed)
        {
            yield return new CheckFinding(
                CheckKinds.QosDrift, volume.Id, volume.Name, view.Handle.Value, $"Volume {volume.Name} has other limits on the storage: {string.Join("; ", changed)}.",
                "Set them again with --repair, or make them its own with: headgate volume set-qos " + volume.Name);
        }
    }

    /// <summary>What was granted against what is there; where nothing was, against what the storage had for "no limit" when it was last set.</summary>
    private static List<string> Limits(Volume volume, VolumeView view)
    {
        var wanted = volume.Promises.ForStorage();
        return
        [
            .. from promise in volume.Promises
               let isKept = promise.EnforcedBy is Enforcer.Storage
               let expected = isKept ? wanted.Of(promise.Kind) : promise.Applied
               let seen = view.Qos.Of(promise.Kind)
               where seen != expected && (isKept || volume.Promises.Any(p => p.Applied is not null))
               select $"{OfferingResolution.Name(promise.Kind)} {Text(seen)}, where {Text(expected)} {(isKept ? "was granted" : "was set")}",
        ];
    }

    private static IEnumerable<CheckFinding> Access(Volume volume, IReadOnlyList<string> granted, VolumeView view)
    {
        foreach (var lost in granted.Except(view.Initiators))
        {
            yield return new CheckFinding(
                CheckKinds.AccessLost, volume.Id, volume.Name, view.Handle.Value, $"{lost} was granted volume {volume.Name}, but the storage does not let it in.",
                $"Grant it again with --repair, or take the grant back with: headgate volume disconnect {volume.Name} --initiator {lost}") { Detail = lost };
        }
        foreach (var stale in view.Initiators.Except(granted))
        {
            yield return new CheckFinding(
                CheckKinds.AccessStale, volume.Id, volume.Name, view.Handle.Value, $"The storage lets {stale} see volume {volume.Name}, which nobody granted here.",
                $"Revoke it with --repair, or grant it with: headgate volume connect {volume.Name} --initiator {stale}") { Detail = stale };
        }
    }

    private static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "none";
}
