using System.Collections.Immutable;
using System.Text.Json;

namespace Headgate.Node.Catalog;

/// <summary>A volume in an access group and its LUN there. LUN numbers matter for Fibre Channel only; iSCSI uses LUN 0.</summary>
internal readonly record struct GroupVolume(long VolumeId, int Lun);

/// <summary>A volume access group: its initiators may use its volumes without CHAP.</summary>
internal sealed record AccessGroup
{
    public required long Id { get; init; }
    public required string Name { get; init; }

    /// <summary>Initiator ids, in the order in which they were added; an initiator is in one group at most.</summary>
    public ImmutableArray<long> Initiators { get; init; } = [];

    /// <summary>Members, deleted volumes that can still be restored included.</summary>
    public ImmutableArray<GroupVolume> Volumes { get; init; } = [];

    public JsonElement Attributes { get; init; } = CatalogJson.NoAttributes;

    /// <summary>The group with more volumes, each at the lowest LUN that is free.</summary>
    public AccessGroup WithVolumes(IEnumerable<long> more)
    {
        var used = Volumes.Select(member => member.Lun).ToHashSet();
        var members = Volumes.ToBuilder();
        var lun = 0;
        foreach (var id in more)
        {
            while (!used.Add(lun)) lun++;
            members.Add(new GroupVolume(id, lun));
        }
        return this with { Volumes = members.ToImmutable() };
    }

    /// <summary>The group without these volumes.</summary>
    public AccessGroup WithoutVolumes(IReadOnlySet<long> gone) =>
        this with { Volumes = Volumes.RemoveAll(member => gone.Contains(member.VolumeId)) };
}

/// <summary>An initiator that the cluster knows by name.</summary>
/// <remarks>In memory the secrets are plain; <see cref="CatalogSeals"/> seals them before they reach the disk.</remarks>
internal sealed record Initiator
{
    public required long Id { get; init; }

    /// <summary>iSCSI name (lower case) or WWPN.</summary>
    public required string Name { get; init; }

    public string Alias { get; init; } = "";

    /// <summary>It has to prove itself by CHAP even where its access group would let it in.</summary>
    public bool RequireChap { get; init; }

    public string? ChapUsername { get; init; }
    public string? InitiatorSecret { get; init; }
    public string? TargetSecret { get; init; }
    public JsonElement Attributes { get; init; } = CatalogJson.NoAttributes;

    /// <summary>Without the secrets.</summary>
    public override string ToString() => $"initiator {Id} {Name}";
}
