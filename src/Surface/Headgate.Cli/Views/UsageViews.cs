using System.Globalization;
using Headgate.Api.Contract;
using Headgate.Cli.Output;

namespace Headgate.Cli.Views;

/// <summary>Quotas and usage.</summary>
internal static class UsageViews
{
    private const decimal GibHour = (1L << 30) * 3600m;
    private const decimal Hour = 3600m;

    public static readonly TableOf<UsageLineView> Objects = new(
        new("ACCOUNT", l => l.Account), new("KIND", l => Show.Text(l.Kind)), new("NAME", l => Show.Text(l.Name)), GibHours, MinHours, MaxHours, Cost,
        new("ID", l => l.Id.ToString()));

    public static readonly TableOf<UsageLineView> Groups = new(
        new("ACCOUNT", l => l.Account), new("OFFERING", l => Show.Text(l.Name)), GibHours, MinHours, MaxHours, Cost);

    private static Column<UsageLineView> GibHours => new("GIB-HOURS", l => Number(l.Sum.ByteSeconds / GibHour), Right: true);

    private static Column<UsageLineView> MinHours => new("MIN-IOPS-HOURS", l => Number(l.Sum.MinIopsSeconds / Hour), Right: true);

    private static Column<UsageLineView> MaxHours => new("MAX-IOPS-HOURS", l => Number(l.Sum.MaxIopsSeconds / Hour), Right: true);

    private static Column<UsageLineView> Cost => new("AMOUNT", l => l.Sum.Amount?.ToString("0.00####", CultureInfo.InvariantCulture) ?? Show.None, Right: true);

    public static PropertySheet Quota(QuotaView quota) => new PropertySheet()
        .Add("Account", quota.Account)
        .Add("Volumes", Show.Of(quota.Volumes.Used, quota.Volumes.Limit)).Add("Snapshots", Show.Of(quota.Snapshots.Used, quota.Snapshots.Limit))
        .Add("Size", Show.SizeOf(quota.Bytes.Used, quota.Bytes.Limit))
        .Add("Min IOPS", Show.Of(quota.MinIops.Used, quota.MinIops.Limit)).Add("Max IOPS", Show.Of(quota.MaxIops.Used, quota.MaxIops.Limit))
        .Add("Without a max", quota.VolumesWithoutMax == 0 ? null : Show.Number(quota.VolumesWithoutMax));

    /// <summary>The exact figures, as the server sent them.</summary>
    public static void WriteCsv(TextWriter output, IEnumerable<UsageLineView> lines)
    {
        const string end = "\r\n"; // RFC 4180 section 2
        output.Write("id,account,kind,name,byte_seconds,min_iops_seconds,max_iops_seconds,amount" + end);
        foreach (var line in lines)
        {
            string[] cells =
            [
                line.Id.ToString(), line.Account, line.Kind ?? "", line.Name ?? "", Exact(line.Sum.ByteSeconds), Exact(line.Sum.MinIopsSeconds),
                Exact(line.Sum.MaxIopsSeconds), line.Sum.Amount is { } amount ? Exact(amount) : "",
            ];
            output.Write(string.Join(',', cells.Select(Quoted)) + end);
        }
    }

    private static string Quoted(string cell) =>
        cell.AsSpan().ContainsAny(',', '"', '\n') ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;

    private static string Exact(decimal number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Number(decimal number) => number.ToString("0.00", CultureInfo.InvariantCulture);
}
