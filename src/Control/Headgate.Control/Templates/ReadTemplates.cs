using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>Where a template's content lies ready to be cloned.</summary>
public sealed record TemplateOnPool(string Pool, TemplateCopyState State, Cause? Cause);

/// <summary>A template with its account's name; for admins also where it came from and the pools that have a copy.</summary>
public sealed record TemplateDetails(Template Template, string Account, string? Url, IReadOnlyList<TemplateOnPool> Pools);

/// <summary>GET /templates: an account's own and the public ones; deleted ones are left out.</summary>
public sealed class ListTemplates(HeadgateDatabase database)
{
    public Task<Outcome<PageOf<TemplateDetails>>> ExecuteAsync(Caller caller, PageRequest page, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return database.ReadAsync<Outcome<PageOf<TemplateDetails>>>(
            async (db, cancel) =>
            {
                var found = await db.Templates.SeenBy(caller).Where(t => t.State != TemplateState.Deleted).PageAsync(page, cancel).ConfigureAwait(false);
                if (found is not Outcome<PageOf<Template>>.Done { Value: var templates }) return found.Problem!;
                return new PageOf<TemplateDetails>(await db.DetailAsync(caller, templates.Items, cancel).ConfigureAwait(false), templates.NextCursor);
            },
            stop);
    }
}

/// <summary>GET /templates/{ref}</summary>
public sealed class GetTemplate(HeadgateDatabase database)
{
    public Task<Outcome<TemplateDetails>> ExecuteAsync(Caller caller, string reference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return database.ReadAsync<Outcome<TemplateDetails>>(
            async (db, cancel) =>
            {
                var found = await db.FindTemplateAsync(caller, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<Template>.Done { Value: var template }) return found.Problem!;
                return (await db.DetailAsync(caller, [template], cancel).ConfigureAwait(false))[0];
            },
            stop);
    }
}

internal static class TemplateReading
{
    /// <summary>What the caller may use.</summary>
    public static IQueryable<Template> SeenBy(this IQueryable<Template> templates, Caller caller) =>
        caller.IsOperator ? templates : templates.Where(t => t.AccountId == caller.AccountId || t.IsPublic);

    /// <summary>
    /// The template with this id or name, of those that the caller may use; deleted ones are found by id only. The caller's own comes
    /// before another account's of the same name.
    /// </summary>
    public static async Task<Outcome<Template>> FindTemplateAsync(this HeadgateDbContext db, Caller caller, string reference, CancellationToken stop)
    {
        var seen = db.Templates.SeenBy(caller);
        if (Guid.TryParse(reference, out _)) return await seen.FindAsync("template", reference, t => false, stop).ConfigureAwait(false);
        var named = await seen.Where(t => t.Name == reference && t.State != TemplateState.Deleted).ToListAsync(stop).ConfigureAwait(false);
        return (named.Find(t => t.AccountId == caller.AccountId), named) switch
        {
            ({ } own, _) => own,
            (null, [var only]) => only,
            (null, []) => References.NotFound("template", reference),
            _ => new Fault("name-ambiguous", $"{named.Count} accounts have a template named '{reference}'; give its id.", Recovery.FixRequest),
        };
    }

    public static async Task<IReadOnlyList<TemplateDetails>> DetailAsync(
        this HeadgateDbContext db, Caller caller, IReadOnlyList<Template> templates, CancellationToken stop)
    {
        var (ids, accountIds) = (templates.Select(t => t.Id).ToList(), templates.Select(t => t.AccountId).Distinct().ToList());
        var accounts = await db.Accounts.Where(a => accountIds.Contains(a.Id)).NamesAsync(stop).ConfigureAwait(false);
        var copies = caller.IsOperator
            ? await db.TemplateCopies.Where(c => ids.Contains(c.TemplateId)).OrderBy(c => c.Id).ToListAsync(stop).ConfigureAwait(false)
            : [];
        var poolIds = copies.Select(c => c.PoolId).Distinct().ToList();
        var pools = await db.Pools.Where(p => poolIds.Contains(p.Id)).NamesAsync(stop).ConfigureAwait(false);
        var byTemplate = copies.ToLookup(c => c.TemplateId, c => new TemplateOnPool(pools[c.PoolId], c.State, c.Cause));
        return [.. templates.Select(t => new TemplateDetails(t, accounts[t.AccountId], caller.IsOperator ? t.Url : null, [.. byTemplate[t.Id]]))];
    }
}
