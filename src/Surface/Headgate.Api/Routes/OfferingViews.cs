using Headgate.Api.Contract;
using Headgate.Domain;
using Headgate.Primitives;
using ContractQos = Headgate.Api.Contract.OfferingQos;
using DomainQos = Headgate.Domain.OfferingQos;

namespace Headgate.Api.Routes;

/// <summary>Offerings between the contract and the domain.</summary>
internal static class OfferingViews
{
    // What `require` takes; the contract's short words, beside the long ones that promises are shown with.
    private static readonly (string Word, PromiseKind Kind)[] RequireWords =
    [
        ("min", PromiseKind.MinIops), ("max", PromiseKind.MaxIops), ("burst", PromiseKind.BurstIops),
        ("bandwidth", PromiseKind.MaxBandwidth),
    ];

    public static Outcome<DomainQos> Read(ContractQos qos)
    {
        var require = new List<PromiseKind>();
        foreach (var word in qos.Require)
        {
            if (RequireWords.FirstOrDefault(r => r.Word == word) is not { Word: not null } known)
                return Words.Unknown("require", word, RequireWords.Select(r => r.Word));
            if (!require.Contains(known.Kind)) require.Add(known.Kind);
        }
        if (Words.Read<EnforcementWish>(qos.Enforce, "enforce") is not Outcome<EnforcementWish>.Done enforce)
            return Words.Unknown("enforce", qos.Enforce, Enum.GetValues<EnforcementWish>().Select(Words.Of));
        if (Sizes.Read(qos.MaxBandwidthBytes, "maxBandwidthBytes", out var bandwidth) is { } problem) return problem;
        return new DomainQos
        {
            MinIops = qos.MinIops,
            MaxIops = qos.MaxIops,
            BurstIops = qos.BurstIops,
            MaxBandwidth = bandwidth,
            MinIopsPerGib = qos.MinIopsPerGib,
            MaxIopsPerGib = qos.MaxIopsPerGib,
            CustomIops = qos.CustomIops,
            Require = require,
            Enforce = enforce.Value,
        };
    }

    public static DiskOfferingView Show(DiskOffering offering) => new(
        offering.Id, offering.Name, offering.Size?.Bytes, offering.Size is null, Show(offering.Qos), offering.Tags,
        offering.CreatedAt);

    public static ComputeOfferingView Show(ComputeOffering offering) => new(
        offering.Id, offering.Name, offering.CpuCount, offering.Memory.Bytes, Show(offering.RootDiskQos), offering.Tags,
        offering.CreatedAt);

    private static ContractQos Show(DomainQos qos) => new()
    {
        MinIops = qos.MinIops,
        MaxIops = qos.MaxIops,
        BurstIops = qos.BurstIops,
        MaxBandwidthBytes = qos.MaxBandwidth?.Bytes,
        MinIopsPerGib = qos.MinIopsPerGib,
        MaxIopsPerGib = qos.MaxIopsPerGib,
        CustomIops = qos.CustomIops,
        Require = [.. qos.Require.Select(kind => RequireWords.Single(r => r.Kind == kind).Word)],
        Enforce = Words.Of(qos.Enforce),
    };
}
