using System.Security.Cryptography;

namespace Headgate.Node.Catalog;

/// <summary>Who the cluster is: made at the first start, part of every target name and device identifier.</summary>
internal sealed record ClusterIdentity
{
    /// <summary>Letters and digits of a unique ID; as on real clusters lower case, as it stands in target names.</summary>
    private const string UniqueIdLetters = "0123456789abcdefghijklmnopqrstuvwxyz";

    private const int UniqueIdLength = 4;

    public required string Name { get; init; }

    /// <summary>Four characters: in <c>iqn.2010-01.com.solidfire:UNIQ.name.id</c> and in NAA and EUI identifiers.</summary>
    public required string UniqueId { get; init; }

    public required Guid Uuid { get; init; }
    public required Guid NodeUuid { get; init; }
    public required DateTimeOffset CreateTime { get; init; }
    public required string AdminUsername { get; init; }

    /// <summary>Plain in memory, sealed on disk.</summary>
    public required string AdminPassword { get; init; }

    /// <summary>IOPS measured at the first start; null until then.</summary>
    public long? MeasuredIops { get; init; }

    public static ClusterIdentity Create(string name, string adminUsername, string adminPassword, DateTimeOffset now) => new()
    {
        Name = name,
        UniqueId = RandomNumberGenerator.GetString(UniqueIdLetters, UniqueIdLength),
        Uuid = Guid.NewGuid(),
        NodeUuid = Guid.NewGuid(),
        CreateTime = now,
        AdminUsername = adminUsername,
        AdminPassword = adminPassword,
    };

    /// <summary>Without the password.</summary>
    public override string ToString() => $"cluster {Name} ({UniqueId})";
}
