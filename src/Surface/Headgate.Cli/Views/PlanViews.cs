using System.Globalization;
using Headgate.Api.Contract;
using Headgate.Cli.Output;

namespace Headgate.Cli.Views;

/// <summary>Placement and plans: what would happen, and why.</summary>
internal static class PlanViews
{
    public static readonly TableOf<RollOutVolume> RollOut = new(
        new("VOLUME", v => v.Volume), new("ACCOUNT", v => v.Account), new("FROM", v => $"v{v.FromVersion}"),
        new("SIZE", v => Change(v, p => Show.Size(p.SizeBytes))), new("MIN", v => Change(v, p => Granted(p, "minIops"))),
        new("MAX", v => Change(v, p => Granted(p, "maxIops"))), new("BURST", v => Change(v, p => Granted(p, "burstIops"))),
        new("PRICE", v => Change(v, p => Price(p.PricePerMonth))), new("POOL", v => Change(v, p => p.Pool)),
        new("RESULT", v => v.Problem is { } problem ? $"{problem.Code}: {problem.Detail}" : v.Operation is { } id ? $"operation {id}" : "fits"))
    {
        Empty = "Every volume of it has the current version.",
    };

    public static PropertySheet Placement(PlacementExplanation explanation) =>
        Pools(new PropertySheet().Add("Chosen", explanation.Chosen ?? "no pool fits"), explanation.Pools);

    public static PropertySheet Plan(ChangePlanView plan)
    {
        var sheet = new PropertySheet()
            .Add("Dry run", $"{plan.Operation} of volume {plan.Volume}; nothing was done")
            .Add("Pool", Arrow(plan, p => p.Pool)).Add("Offering", Arrow(plan, p => $"{p.DiskOffering} (version {p.OfferingVersion})"))
            .Add("Size", Arrow(plan, p => Show.Size(p.SizeBytes))).Add("Min IOPS", Arrow(plan, p => Granted(p, "minIops")))
            .Add("Max IOPS", Arrow(plan, p => Granted(p, "maxIops"))).Add("Burst IOPS", Arrow(plan, p => Granted(p, "burstIops")))
            .Add("Bandwidth", Arrow(plan, p => Show.Rate(p.Promises.FirstOrDefault(x => x.Promise == "maxBandwidth")?.Granted)))
            .Add("Price a month", plan.After.PricePerMonth is null && plan.Before?.PricePerMonth is null ? null : Arrow(plan, p => Price(p.PricePerMonth)))
            .Add("Reserves", Amounts(plan.Reserves))
            .AddBlock("Promises", VolumeViews.PromiseLines(plan.After.Promises));
        return Pools(sheet, plan.Pools);
    }

    private static PropertySheet Pools(PropertySheet sheet, IReadOnlyList<PlacementCandidate> pools)
    {
        foreach (var pool in pools)
        {
            var fits = pool.Fits ? "fits" : "does not fit";
            var score = pool.Score is { } left ? $"score {left.ToString("0.###", CultureInfo.InvariantCulture)}" : null;
            var free = pool.Free is { } amounts ? $"free: {Amounts(amounts)}" : null;
            string[] figures = [string.Join(", ", new[] { score, free }.OfType<string>())];
            sheet.AddBlock($"{pool.Pool} {fits}", pool.Fits
                ? [.. pool.Reasons, .. figures.Where(line => line.Length > 0), .. VolumeViews.PromiseLines(pool.Promises)] : pool.Reasons);
            if (pool is { Reasons.Count: 0 } and ({ Fits: false } or { Promises.Count: 0 })) sheet.Add(pool.Pool, fits);
        }
        return sheet;
    }

    private static string Amounts(ReservationView amounts)
    {
        var bandwidth = amounts.BandwidthBytes is > 0 ? $", {Show.Rate(amounts.BandwidthBytes)}" : "";
        return $"{Show.Size(amounts.Bytes)}, {Show.Number(amounts.Iops)} IOPS{bandwidth}";
    }

    private static string Change(RollOutVolume line, Func<PlannedVolumeView, string> value) => line.Change is { } plan ? Arrow(plan, value) : Show.None;

    private static string Arrow(ChangePlanView plan, Func<PlannedVolumeView, string> value)
    {
        var after = value(plan.After);
        return plan.Before is { } was && value(was) is var before && before != after ? $"{before} -> {after}" : after;
    }

    private static string Granted(PlannedVolumeView volume, string promise) => Show.Number(volume.Promises.FirstOrDefault(p => p.Promise == promise)?.Granted);

    private static string Price(decimal? price) => price?.ToString("0.######", CultureInfo.InvariantCulture) ?? Show.None;
}
