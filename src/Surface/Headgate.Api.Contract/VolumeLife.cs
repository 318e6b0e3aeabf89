namespace Headgate.Api.Contract;

/// <summary>GET /api/v1/pools/{ref}/importable: what is on a pool's storage and none of ours. The handle is what an import names.</summary>
public sealed record ImportableView(string Handle, string Name, long SizeBytes, long? MinIops, long? MaxIops, long? BurstIops, IReadOnlyList<string> Initiators);

/// <summary>POST /api/v1/volumes/import → 202: somebody else's volume becomes one of ours, with its data, size and limits. Admins only.</summary>
public sealed record ImportVolume
{
    /// <summary>The pool that it is on.</summary>
    public required string Pool { get; init; }

    /// <summary>The storage's name for it: the handle of GET /api/v1/pools/{ref}/importable.</summary>
    public required string BackendId { get; init; }

    /// <summary>Its name from then on.</summary>
    public required string Name { get; init; }

    /// <summary>Whose it shall be; left out: the caller's.</summary>
    public string? Account { get; init; }

    /// <summary>The disk offering that it shall count as; its limits stay what they are until they are changed.</summary>
    public required string DiskOffering { get; init; }
}

/// <summary>GET /api/v1/recycle-bin?account=: how long deleted volumes are kept. Rule: account, everybody or default.</summary>
public sealed record RecycleBinView(string? Account, long? KeepSeconds, bool Forever, string Rule);

/// <summary>POST /api/v1/recycle-bin: exactly one of a time, for ever, and the rule of the next one up. Admins only.</summary>
public sealed record SetRecycleBin
{
    /// <summary>Whose; left out: every account's without a rule of its own.</summary>
    public string? Account { get; init; }

    /// <summary>From 0 to ten years.</summary>
    public long? KeepSeconds { get; init; }

    /// <summary>Until somebody expunges them.</summary>
    public bool Forever { get; init; }

    /// <summary>Takes the rule away.</summary>
    public bool Inherit { get; init; }
}
