using Headgate.Api.Contract;
using Headgate.Cli.Output;

namespace Headgate.Cli.Views;

/// <summary>Findings and orphans.</summary>
internal static class FindingViews
{
    public static readonly TableOf<FindingView> Findings = new(
        new("ID", f => f.Id.ToString()), new("POOL", f => f.Pool), new("KIND", f => f.Kind), new("STATE", f => f.State),
        new("SINCE", f => Show.Time(f.FirstSeenAt)), new("VOLUME", f => Show.Text(f.Volume)), new("WHAT", f => f.Message))
    {
        Empty = "There are no findings: at the last checks database and storages agreed.",
    };

    public static readonly TableOf<OrphanView> Orphans = new(
        new("ID", o => o.Id.ToString()), new("POOL", o => o.Pool), new("HANDLE", o => o.Handle), new("NAME", o => o.Name),
        new("SIZE", o => Show.Size(o.SizeBytes), Right: true), new("STATE", o => o.State), new("INITIATORS", o => Show.Number(o.Initiators.Count), Right: true),
        new("SINCE", o => Show.Time(o.FirstSeenAt)), new("DELETABLE", o => Show.Time(o.DeletableAt)))
    {
        Empty = "There are no orphans.",
    };

    public static PropertySheet Finding(FindingView finding) => new PropertySheet()
        .Add("Id", finding.Id.ToString()).Add("Pool", finding.Pool).Add("Kind", finding.Kind).Add("State", finding.State)
        .Add("Volume", finding.Volume).Add("Volume's id", finding.VolumeId?.ToString()).Add("Handle", finding.Handle)
        .Add("What", finding.Message).Add("To do", finding.Action).Add("Repaired by itself", Show.YesNo(finding.Repairable))
        .Add("Repair", finding.Operation?.ToString()).Add("Ignored by", finding.IgnoredBy)
        .Add("First seen", Show.Time(finding.FirstSeenAt)).Add("Last seen", Show.Time(finding.LastSeenAt))
        .Add("Over", finding.EndedAt is null ? null : Show.Time(finding.EndedAt));

    public static PropertySheet Orphan(OrphanView orphan) => new PropertySheet()
        .Add("Id", orphan.Id.ToString()).Add("Pool", orphan.Pool).Add("State", orphan.State).Add("Cause", orphan.Cause)
        .Add("Handle", orphan.Handle).Add("Name", orphan.Name).Add("Made for volume", orphan.Key.ToString()).Add("Size", Show.Size(orphan.SizeBytes))
        .Add("Min IOPS", Show.Number(orphan.MinIops)).Add("Max IOPS", Show.Number(orphan.MaxIops))
        .Add("First seen", Show.Time(orphan.FirstSeenAt)).Add("Last seen", Show.Time(orphan.LastSeenAt)).Add("Deletable from", Show.Time(orphan.DeletableAt))
        .AddBlock("Initiators", orphan.Initiators);
}
