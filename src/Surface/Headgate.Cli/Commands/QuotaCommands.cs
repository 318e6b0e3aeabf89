using System.CommandLine;
using Headgate.Api.Contract;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate quota</c> for one's own account, <c>headgate account quota</c> for any.</summary>
internal static class QuotaCommands
{
    private static readonly string[] Bounds = ["volumes", "snapshots", "bytes", "min-iops", "max-iops"];

    public static Command Noun() => Verb.Noun("quota", "Quotas: what your account holds and may hold.",
        Verb.Of("show", "Show what your account holds and may hold.", ["headgate quota show"], [], (session, cancelled) =>
            session.ShowAsync(Routes.Quota, UsageViews.Quota, ApiJson.Default.QuotaView, cancelled)));

    public static Command OfAccount()
    {
        var account = Given.Ref("ACCOUNT");
        return Verb.Noun("quota", "What an account holds and may hold.",
            Verb.Of("show", "Show what an account holds and may hold.", ["headgate account quota show acme"], [account], (session, cancelled) =>
                session.ShowAsync(Routes.Of(Routes.Accounts, session.Get(account), "quota"), UsageViews.Quota, ApiJson.Default.QuotaView, cancelled)),
            Set());
    }

    private static Verb Set()
    {
        var account = Given.Ref("ACCOUNT");
        var volumes = Given.Count("--max-volumes", "Volumes, those in the recycle bin too.", 0);
        var snapshots = Given.Count("--max-snapshots", "Snapshots.", 0);
        var bytes = Given.Size("--max-bytes", "Sum of the volumes' sizes.");
        var min = Given.Count("--max-min-iops", "Sum of the min IOPS that volumes were granted.", 0);
        var max = Given.Count("--max-max-iops", "Sum of the max IOPS of volumes; a volume without a max is refused then.", 0);
        var none = Given.Words("--no-limit", "Bounds to take away.", string.Join('|', Bounds), Bounds);
        return Verb.Of("set", "Bound what an account may hold. What is not given stays.",
            ["headgate account quota set acme --max-volumes 20 --max-bytes 10TiB --max-min-iops 20000 --max-max-iops 100000", "headgate account quota set acme --no-limit volumes,bytes"],
            [account, volumes, snapshots, bytes, min, max, none], async (session, cancelled) =>
            {
                var route = Routes.Of(Routes.Accounts, session.Get(account), "quota");
                var now = ApiClient.Read(await session.Api.GetAsync(route, cancelled), ApiJson.Default.QuotaView);
                var lifted = session.Get(none) ?? [];
                var body = new SetAccountQuota(
                    Next("volumes", volumes, now.Volumes), Next("snapshots", snapshots, now.Snapshots), Next("bytes", bytes, now.Bytes),
                    Next("min-iops", min, now.MinIops), Next("max-iops", max, now.MaxIops));
                var answer = await session.Api.PutAsync(route, body, ApiJson.Default.SetAccountQuota, cancelled);
                session.Printer.PrintOne(answer.Body, UsageViews.Quota, ApiJson.Default.QuotaView);

                long? Next(string bound, Option<long?> given, QuotaLine before) =>
                    session.Get(given) ?? (lifted.Contains(bound) ? null : before.Limit);
            });
    }
}
