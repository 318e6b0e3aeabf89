using Headgate.Api.Auth;
using Headgate.Api.Contract;
using Headgate.Api.Paging;
using Headgate.Api.Problems;
using Headgate.Control.Access;
using Headgate.Control.Usage;
using Headgate.Domain;
using Headgate.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Headgate.Api.Routes;

/// <summary>Quotas, and what was used; a tenant sees its own account's.</summary>
internal static class UsageRoutes
{
    private static readonly string[] UsageParameters = [PageQuery.LimitName, PageQuery.CursorName, "from", "to", "account", "groupBy"];

    public static void Map(RouteGroupBuilder everybody, RouteGroupBuilder admins)
    {
        everybody.MapGet("/quota", async (HttpContext http, Quotas quotas, CancellationToken stop) =>
                (await quotas.OwnAsync(http.Caller(), stop)).Ok(Show))
            .WithTags("Usage").Named("getQuota", "Show what your account holds and may hold").Answers<QuotaView>().Problems(Status404NotFound);
        admins.MapGet("/accounts/{ref}/quota", async (string @ref, HttpContext http, Quotas quotas, CancellationToken stop) =>
                (await quotas.FindAsync(http.Caller(), @ref, stop)).Ok(Show))
            .WithTags("Usage").Named("getAccountQuota", "Show what an account holds and may hold").Answers<QuotaView>().Problems(Status404NotFound);
        admins.MapPut("/accounts/{ref}/quota", SetAsync)
            .WithTags("Usage").Named("setAccountQuota", "Set every bound of an account anew; what is left out is not bounded")
            .Answers<QuotaView>().ProblemsOfBody().Problems(Status404NotFound);
        everybody.MapGet("/usage", UsageAsync)
            .WithTags("Usage").Named("listUsage", "Sum size and promised IOPS over a time, priced by the offerings; a tenant sees its own account's")
            .Answers<UsageView>().WithMetadata(new QueryNames(UsageParameters))
            .Problems(Status400BadRequest, Status404NotFound, Status422UnprocessableEntity);
    }

    private static async Task<IResult> SetAsync(string @ref, SetAccountQuota body, HttpContext http, Quotas quotas, CancellationToken stop)
    {
        if (body.MaxBytes < 0) return ProblemResult.Of("quota-invalid", $"maxBytes is {body.MaxBytes}; give 0 or more, or leave it out for no bound.");
        var quota = new AccountQuota
        {
            MaxVolumes = body.MaxVolumes, MaxSnapshots = body.MaxSnapshots, MaxBytes = body.MaxBytes is { } bytes ? new ByteSize(bytes) : null,
            MaxMinIops = body.MaxMinIops, MaxMaxIops = body.MaxMaxIops,
        };
        return (await quotas.SetAsync(http.Caller(), @ref, quota, stop)).Ok(Show);
    }

    private static async Task<IResult> UsageAsync(
        [AsParameters] PageQuery page, [FromQuery] string? from, [FromQuery] string? to, [FromQuery] string? account, [FromQuery] string? groupBy,
        HttpContext http, UsageReports reports, CancellationToken stop)
    {
        if (page.Problem(out var request) is { } badLimit) return badLimit;
        if (Times.Problem("from", from, out var first) is { } badFrom) return badFrom;
        if (Times.Problem("to", to, out var last) is { } badTo) return badTo;
        var by = UsageGroup.Object;
        if (groupBy is not null)
        {
            var read = Words.Read<UsageGroup>(groupBy, "groupBy");
            if (read is not Outcome<UsageGroup>.Done known) return ProblemResult.Refused(read.Problem!);
            by = known.Value;
        }
        return (await reports.ExecuteAsync(http.Caller(), new UsageRequest(first, last, account, by), request, stop)).Ok(Show);
    }

    private static QuotaView Show(QuotaOfAccount found) => new(
        found.Account, new QuotaLine(found.Held.Volumes, found.Quota.MaxVolumes), new QuotaLine(found.Held.Snapshots, found.Quota.MaxSnapshots),
        new QuotaLine(found.Held.Bytes, found.Quota.MaxBytes?.Bytes), new QuotaLine(found.Held.MinIops, found.Quota.MaxMinIops),
        new QuotaLine(found.Held.MaxIops, found.Quota.MaxMaxIops), found.Held.Unlimited);

    private static UsageView Show(UsageReport report) => new(
        report.From, report.To, [.. report.Lines.Items.Select(line => new UsageLineView(
            line.Id, line.Account, line.Kind is { } kind ? Words.Of(kind) : null, line.Name, Show(line.Sum)))],
        report.Lines.NextCursor, Show(report.Total));

    private static UsageSumView Show(UsageSum sum) => new(sum.ByteSeconds, sum.MinIopsSeconds, sum.MaxIopsSeconds, sum.Amount);
}
