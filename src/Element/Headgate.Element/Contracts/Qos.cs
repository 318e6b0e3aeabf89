namespace Headgate.Element.Contracts;

#pragma warning disable CS1591 // members are the wire's own, spelled like it; IOPS are 4 KiB-normalised

/// <summary>A volume's limits as the cluster has them.</summary>
public sealed record VolumeQos
{
    public long MinIOPS { get; set; }
    public long MaxIOPS { get; set; }
    public long BurstIOPS { get; set; }

    /// <summary>Seconds of credit; 60 everywhere.</summary>
    public long BurstTime { get; set; } = 60;

    /// <summary>Cost by I/O size in bytes (keys are decimal strings), 4096 = 100.</summary>
    public IReadOnlyDictionary<string, long> Curve { get; set; } = VolumeQosCurve.Default;
}

/// <summary>The cost curve of current releases.</summary>
public static class VolumeQosCurve
{
    /// <summary>4096 = 100 up to 1048576 = 15000, as a cluster of release 11.7 answers.</summary>
    public static IReadOnlyDictionary<string, long> Default { get; } = new Dictionary<string, long>
    {
        ["4096"] = 100, ["8192"] = 160, ["16384"] = 270, ["32768"] = 500, ["65536"] = 1000,
        ["131072"] = 1950, ["262144"] = 3900, ["524288"] = 7600, ["1048576"] = 15000,
    };
}

/// <summary>Limits in a request; what is absent, null or 0 is not given.</summary>
public sealed record QosParams
{
    public long? MinIOPS { get; set; }
    public long? MaxIOPS { get; set; }
    public long? BurstIOPS { get; set; }
    public long? BurstTime { get; set; }
}

/// <summary>Limits by name, shared by volumes.</summary>
public sealed record QosPolicy
{
    public long QosPolicyID { get; set; }
    public string Name { get; set; } = "";
    public VolumeQos Qos { get; set; } = new();
    public IReadOnlyList<long> VolumeIDs { get; set; } = [];
}

public sealed record CreateQoSPolicyParams { public string? Name { get; set; } public QosParams? Qos { get; set; } }
public sealed record QoSPolicyParams { public long QosPolicyID { get; set; } }
public sealed record ModifyQoSPolicyParams
{
    public long QosPolicyID { get; set; }
    public string? Name { get; set; }
    public QosParams? Qos { get; set; }
}
public sealed record QoSPolicyResult { public QosPolicy QosPolicy { get; set; } = new(); }
public sealed record ListQoSPoliciesResult { public IReadOnlyList<QosPolicy> QosPolicies { get; set; } = []; }

/// <summary>SetDefaultQoS answers the three and nothing else.</summary>
public sealed record SetDefaultQoSResult
{
    public long MinIOPS { get; set; }
    public long MaxIOPS { get; set; }
    public long BurstIOPS { get; set; }
}
