namespace Headgate.Api.Contract;

/// <summary>From, to, both included; null for no bound on that side.</summary>
public sealed record IopsRange(long? From, long? To);

/// <summary>What an offering asks for: limits, and which of them are required.</summary>
public sealed record OfferingQos
{
    /// <summary>Fixed minimum.</summary>
    public long? MinIops { get; init; }

    /// <summary>Fixed maximum.</summary>
    public long? MaxIops { get; init; }

    /// <summary>Fixed burst.</summary>
    public long? BurstIops { get; init; }

    /// <summary>Bytes per second.</summary>
    public long? MaxBandwidthBytes { get; init; }

    /// <summary>Min for each GiB begun, in place of the fixed one.</summary>
    public long? MinIopsPerGib { get; init; }

    /// <summary>Max for each GiB begun.</summary>
    public long? MaxIopsPerGib { get; init; }

    /// <summary>Burst for each GiB begun.</summary>
    public long? BurstIopsPerGib { get; init; }

    /// <summary>Floor and ceiling of what min per GiB gives.</summary>
    public IopsRange? MinIopsBounds { get; init; }

    /// <summary>Floor and ceiling of what max per GiB gives.</summary>
    public IopsRange? MaxIopsBounds { get; init; }

    /// <summary>Floor and ceiling of what burst per GiB gives.</summary>
    public IopsRange? BurstIopsBounds { get; init; }

    /// <summary>The tenant chooses min, max and burst with each volume.</summary>
    public bool CustomIops { get; init; }

    /// <summary>With custom IOPS: what may be chosen as min; null for anything.</summary>
    public IopsRange? CustomMinIops { get; init; }

    /// <summary>With custom IOPS: what may be chosen as max.</summary>
    public IopsRange? CustomMaxIops { get; init; }

    /// <summary>With custom IOPS: what may be chosen as burst.</summary>
    public IopsRange? CustomBurstIops { get; init; }

    /// <summary>Of min, max, burst, bandwidth: the ones without which a volume shall not be made.</summary>
    public IReadOnlyList<string> Require { get; init; } = [];

    /// <summary>Who shall enforce: storage, hypervisor or any.</summary>
    public string Enforce { get; init; } = "any";
}

/// <summary>
/// What a volume of an offering costs in a month of 30 days, without a currency: for each GiB of size, each IOPS of the minimum granted and each of the
/// maximum granted. Up to 9 digits after the point.
/// </summary>
public sealed record OfferingPrice(decimal? PerGibMonth, decimal? PerMinIopsMonth, decimal? PerMaxIopsMonth);

/// <summary>What every offering says of whom and what it is for.</summary>
public abstract record OfferingBody
{
    /// <summary>Tags that a pool must carry, all of them.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What else is asked of a pool's tags: and, or, not, parentheses; a comma is an and. For example <c>ssd and not (slow or archive)</c>.</summary>
    public string? TagExpression { get; init; }

    /// <summary>Zones that it is for, by name or id; empty for all.</summary>
    public IReadOnlyList<string> Zones { get; init; } = [];

    /// <summary>Accounts that it is for, by name or id; empty for all. For tenants of others it does not exist.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>What it costs; null for nothing.</summary>
    public OfferingPrice? Price { get; init; }
}

/// <summary>The content of a disk offering. Exactly one of a size and <see cref="CustomSize"/>.</summary>
public abstract record DiskOfferingBody : OfferingBody
{
    /// <summary>Fixed size.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>The tenant chooses the size.</summary>
    public bool CustomSize { get; init; }

    /// <summary>With custom size: the smallest that may be chosen.</summary>
    public long? SizeFromBytes { get; init; }

    /// <summary>With custom size: the largest that may be chosen.</summary>
    public long? SizeToBytes { get; init; }

    /// <summary>QoS.</summary>
    public OfferingQos Qos { get; init; } = new();
}

/// <summary>POST /api/v1/disk-offerings. Exactly one of a size and custom size.</summary>
public sealed record CreateDiskOffering : DiskOfferingBody
{
    /// <summary>Unique name.</summary>
    public required string Name { get; init; }
}

/// <summary>
/// POST /api/v1/disk-offerings/{ref}/versions: all of the next version, which is the current one from then on. Volumes keep the version that they have;
/// POST /api/v1/disk-offerings/{ref}/roll-out moves them.
/// </summary>
public sealed record UpdateDiskOffering : DiskOfferingBody
{
    /// <summary>The version that the edit began from: refused when another one is current by now. Null for whichever is.</summary>
    public int? BasedOn { get; init; }
}

/// <summary>
/// GET /api/v1/disk-offerings, /api/v1/disk-offerings/{ref}, /api/v1/disk-offerings/{ref}/versions; a reference is an id, a name, or a name with a version
/// (<c>gold@2</c>). DELETE /api/v1/disk-offerings/{ref} hides it from new volumes.
/// </summary>
public sealed record DiskOfferingView(
    Guid Id, string Name, long? SizeBytes, bool CustomSize, OfferingQos Qos, IReadOnlyList<string> Tags, DateTimeOffset CreatedAt)
{
    /// <summary>1 for the first, one more with each edit.</summary>
    public int Version { get; init; } = 1;

    /// <summary>True for the version that new volumes get.</summary>
    public bool Current { get; init; } = true;

    /// <summary>Since when it is hidden from new volumes.</summary>
    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>With custom size: the smallest that may be chosen.</summary>
    public long? SizeFromBytes { get; init; }

    /// <summary>With custom size: the largest that may be chosen.</summary>
    public long? SizeToBytes { get; init; }

    /// <summary>What else is asked of a pool's tags.</summary>
    public string? TagExpression { get; init; }

    /// <summary>Zones that it is for; empty for all.</summary>
    public IReadOnlyList<string> Zones { get; init; } = [];

    /// <summary>Accounts that it is for; empty for all. A tenant is shown its own only.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>What it costs.</summary>
    public OfferingPrice? Price { get; init; }
}

/// <summary>The content of a compute offering. QoS, tags and price are for the root disk.</summary>
public abstract record ComputeOfferingBody : OfferingBody
{
    /// <summary>Virtual CPUs.</summary>
    public required int CpuCount { get; init; }

    /// <summary>Memory.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>QoS of the root disk.</summary>
    public OfferingQos RootDiskQos { get; init; } = new();
}

/// <summary>POST /api/v1/compute-offerings. QoS and tags are for the root disk.</summary>
public sealed record CreateComputeOffering : ComputeOfferingBody
{
    /// <summary>Unique name.</summary>
    public required string Name { get; init; }
}

/// <summary>POST /api/v1/compute-offerings/{ref}/versions: all of the next version.</summary>
public sealed record UpdateComputeOffering : ComputeOfferingBody
{
    /// <summary>The version that the edit began from; null for whichever is current.</summary>
    public int? BasedOn { get; init; }
}

/// <summary>GET /api/v1/compute-offerings, /api/v1/compute-offerings/{ref}, /api/v1/compute-offerings/{ref}/versions</summary>
public sealed record ComputeOfferingView(
    Guid Id, string Name, int CpuCount, long MemoryBytes, OfferingQos RootDiskQos, IReadOnlyList<string> Tags, DateTimeOffset CreatedAt)
{
    /// <summary>1 for the first, one more with each edit.</summary>
    public int Version { get; init; } = 1;

    /// <summary>True for the version that new machines get.</summary>
    public bool Current { get; init; } = true;

    /// <summary>Since when it is hidden from new machines.</summary>
    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>What else is asked of the tags of the root disk's pool.</summary>
    public string? TagExpression { get; init; }

    /// <summary>Zones that it is for; empty for all.</summary>
    public IReadOnlyList<string> Zones { get; init; } = [];

    /// <summary>Accounts that it is for; empty for all. A tenant is shown its own only.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>What the root disk costs.</summary>
    public OfferingPrice? Price { get; init; }
}

/// <summary>
/// POST /api/v1/disk-offerings/{ref}/roll-out: moves volumes that have an earlier version to the current one, each by an operation of its own. With
/// dryRun=true nothing is done, and each volume is judged on top of those before it on the page.
/// </summary>
public sealed record RollOutRequest
{
    /// <summary>One volume; null for all.</summary>
    public string? Volume { get; init; }

    /// <summary>Volumes at most in this call: 1 to 1000, 100 when left out.</summary>
    public int? Limit { get; init; }

    /// <summary>Where the call before ended; null for the beginning.</summary>
    public string? Cursor { get; init; }
}

/// <summary>One volume of a roll-out.</summary>
public sealed record RollOutVolume(Guid VolumeId, string Volume, string Account, int FromVersion)
{
    /// <summary>What changes; null where nothing can.</summary>
    public ChangePlanView? Change { get; init; }

    /// <summary>Why it keeps what it has; null where it does not.</summary>
    public Problem? Problem { get; init; }

    /// <summary>What carries it out; null in a dry run and where nothing can change.</summary>
    public Guid? Operation { get; init; }
}

/// <summary>Answer of POST /api/v1/disk-offerings/{ref}/roll-out; the next page with <see cref="NextCursor"/>, null on the last.</summary>
public sealed record RollOutView(string DiskOffering, int Version, bool DryRun, IReadOnlyList<RollOutVolume> Volumes, string? NextCursor);
