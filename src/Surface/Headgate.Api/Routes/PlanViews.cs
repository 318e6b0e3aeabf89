using Headgate.Api.Contract;
using Headgate.Api.Problems;
using Headgate.Control;
using Headgate.Control.Offerings;
using Headgate.Placement;

namespace Headgate.Api.Routes;

/// <summary>Plans and verdicts as the contract shows them.</summary>
internal static class PlanViews
{
    public static ChangePlanView Show(PlannedChange plan) => new(
        plan.Kind, plan.Name, plan.Moves, plan.Before is { } before ? Show(before) : null, Show(plan.After),
        new ReservationView(plan.Reserves.Bytes.Bytes, plan.Reserves.Iops, plan.Reserves.Bandwidth.Bytes))
    {
        Pools = plan.Answer is { } answer ? [.. answer.Verdicts.Select(Show)] : [],
    };

    public static PlacementExplanation Show(PlacementAnswer answer) => new(answer.Chosen?.Pool.Name, [.. answer.Verdicts.Select(Show)]);

    public static RollOutView Show(RollOut done, bool dryRun) => new(
        done.Offering.Name, done.Offering.Number, dryRun,
        [
            .. done.Lines.Select(line => new RollOutVolume(line.Volume.Id, line.Volume.Name, line.Account, line.FromVersion)
            {
                // What each pool said would be said again for every volume; the reasons against are in the problem.
                Change = line.Change is { } change ? Show(change with { Answer = null }) : null,
                Problem = line.Problem is { } problem ? ProblemResult.From(problem) : null,
                Operation = line.OperationId,
            }),
        ],
        done.NextCursor);

    private static PlacementCandidate Show(PoolVerdict verdict) => new(verdict.Pool.Name, verdict.Fits, verdict.Reasons, VolumeViews.Show(verdict.Promises))
    {
        Score = verdict.Score is { } score ? Math.Round(score, 4) : null,
        Free = new ReservationView(verdict.Pool.FreeBytes?.Bytes, verdict.Pool.FreeIops, verdict.Pool.FreeBandwidth?.Bytes),
    };

    private static PlannedVolumeView Show(PlannedVolume volume) => new(
        volume.Pool.Name, volume.Offering.Name, volume.Offering.Number, volume.Size.Bytes, VolumeViews.Show(volume.Promises))
    {
        PricePerMonth = volume.PricePerMonth is { } price ? decimal.Round(price, Domain.OfferingPrice.MostDigits) : null,
    };
}
