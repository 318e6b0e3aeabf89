using Headgate.Api.Contract;
using Headgate.Control.Offerings;
using Headgate.Domain;
using Headgate.Primitives;
using ContractPrice = Headgate.Api.Contract.OfferingPrice;
using ContractQos = Headgate.Api.Contract.OfferingQos;
using ContractRange = Headgate.Api.Contract.IopsRange;
using DomainPrice = Headgate.Domain.OfferingPrice;
using DomainQos = Headgate.Domain.OfferingQos;
using DomainRange = Headgate.Domain.IopsRange;

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

    public static Outcome<DiskOfferingSpec> Read(DiskOfferingBody body)
    {
        var read = Read(body.Qos);
        if (read is not Outcome<DomainQos>.Done { Value: var qos }) return read.Problem!;
        if (Sizes.Read(body.SizeBytes, "sizeBytes", out var size) is { } problem) return problem;
        if (Sizes.Read(body.SizeFromBytes, "sizeFromBytes", out var from) is { } fromProblem) return fromProblem;
        if (Sizes.Read(body.SizeToBytes, "sizeToBytes", out var to) is { } toProblem) return toProblem;
        return new DiskOfferingSpec(size, body.CustomSize, qos)
        {
            SizeFrom = from, SizeTo = to, Tags = body.Tags, TagExpression = body.TagExpression, Zones = body.Zones, Accounts = body.Accounts, Price = Read(body.Price),
        };
    }

    public static Outcome<ComputeOfferingSpec> Read(ComputeOfferingBody body)
    {
        var read = Read(body.RootDiskQos);
        if (read is not Outcome<DomainQos>.Done { Value: var qos }) return read.Problem!;
        if (Sizes.Read(body.MemoryBytes, "memoryBytes", out var memory) is { } problem) return problem;
        return new ComputeOfferingSpec(body.CpuCount, memory!.Value, qos)
        {
            Tags = body.Tags, TagExpression = body.TagExpression, Zones = body.Zones, Accounts = body.Accounts, Price = Read(body.Price),
        };
    }

    public static DiskOfferingView Show(OfferingDetails<DiskOffering> found)
    {
        var offering = found.Offering;
        return new DiskOfferingView(
            offering.FirstId, offering.Name, offering.Size?.Bytes, offering.Size is null, Show(offering.Qos), offering.Tags, offering.CreatedAt)
        {
            Version = offering.Number, Current = offering.SupersededAt is null, RetiredAt = offering.RetiredAt,
            SizeFromBytes = offering.SizeFrom?.Bytes, SizeToBytes = offering.SizeTo?.Bytes, TagExpression = offering.TagExpression,
            Zones = found.Zones, Accounts = found.Accounts, Price = Show(offering.Price),
        };
    }

    public static ComputeOfferingView Show(OfferingDetails<ComputeOffering> found)
    {
        var offering = found.Offering;
        return new ComputeOfferingView(
            offering.FirstId, offering.Name, offering.CpuCount, offering.Memory.Bytes, Show(offering.RootDiskQos), offering.Tags, offering.CreatedAt)
        {
            Version = offering.Number, Current = offering.SupersededAt is null, RetiredAt = offering.RetiredAt, TagExpression = offering.TagExpression,
            Zones = found.Zones, Accounts = found.Accounts, Price = Show(offering.Price),
        };
    }

    private static Outcome<DomainQos> Read(ContractQos qos)
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
            BurstIopsPerGib = qos.BurstIopsPerGib,
            MinIopsBounds = Read(qos.MinIopsBounds),
            MaxIopsBounds = Read(qos.MaxIopsBounds),
            BurstIopsBounds = Read(qos.BurstIopsBounds),
            CustomIops = qos.CustomIops,
            CustomMinIops = Read(qos.CustomMinIops),
            CustomMaxIops = Read(qos.CustomMaxIops),
            CustomBurstIops = Read(qos.CustomBurstIops),
            Require = require,
            Enforce = enforce.Value,
        };
    }

    private static ContractQos Show(DomainQos qos) => new()
    {
        MinIops = qos.MinIops,
        MaxIops = qos.MaxIops,
        BurstIops = qos.BurstIops,
        MaxBandwidthBytes = qos.MaxBandwidth?.Bytes,
        MinIopsPerGib = qos.MinIopsPerGib,
        MaxIopsPerGib = qos.MaxIopsPerGib,
        BurstIopsPerGib = qos.BurstIopsPerGib,
        MinIopsBounds = Show(qos.MinIopsBounds),
        MaxIopsBounds = Show(qos.MaxIopsBounds),
        BurstIopsBounds = Show(qos.BurstIopsBounds),
        CustomIops = qos.CustomIops,
        CustomMinIops = Show(qos.CustomMinIops),
        CustomMaxIops = Show(qos.CustomMaxIops),
        CustomBurstIops = Show(qos.CustomBurstIops),
        Require = [.. qos.Require.Select(kind => RequireWords.Single(r => r.Kind == kind).Word)],
        Enforce = Words.Of(qos.Enforce),
    };

    private static DomainRange? Read(ContractRange? range) => range is null or { From: null, To: null } ? null : new DomainRange(range.From, range.To);

    private static ContractRange? Show(DomainRange? range) => range is null ? null : new ContractRange(range.From, range.To);

    private static DomainPrice? Read(ContractPrice? price) =>
        price is null or { PerGibMonth: null, PerMinIopsMonth: null, PerMaxIopsMonth: null } ? null : new DomainPrice(price.PerGibMonth, price.PerMinIopsMonth, price.PerMaxIopsMonth);

    private static ContractPrice? Show(DomainPrice? price) => price is null ? null : new ContractPrice(price.PerGibMonth, price.PerMinIopsMonth, price.PerMaxIopsMonth);
}
