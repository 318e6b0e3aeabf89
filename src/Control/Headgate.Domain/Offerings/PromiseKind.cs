namespace Headgate.Domain;

/// <summary>The limits that an offering can promise.</summary>
public enum PromiseKind
{
    /// <summary>IOPS that the volume can count on.</summary>
    MinIops,

    /// <summary>IOPS that it cannot exceed for long.</summary>
    MaxIops,

    /// <summary>IOPS that saved-up credit may reach.</summary>
    BurstIops,

    /// <summary>Bytes per second that it cannot exceed.</summary>
    MaxBandwidth,
}

/// <summary>Who an offering wants to enforce its limits.</summary>
public enum EnforcementWish
{
    /// <summary>Whoever can; storage first.</summary>
    Any,

    /// <summary>The storage only.</summary>
    Storage,

    /// <summary>The host's hypervisor only.</summary>
    Hypervisor,
}

/// <summary>Who does enforce a limit of a volume.</summary>
public enum Enforcer
{
    /// <summary>Nobody: shown as not enforced, never passed over in silence.</summary>
    Nobody,

    /// <summary>The storage.</summary>
    Storage,

    /// <summary>The hypervisor of the host that the volume is attached to.</summary>
    Hypervisor,
}
