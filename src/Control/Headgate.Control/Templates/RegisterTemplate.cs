using Headgate.DiskImages;
using Headgate.Domain;
using Headgate.Operations;
using Headgate.Operations.Templates;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>A template to register.</summary>
/// <param name="Name">Unique among the account's.</param>
/// <param name="Format">Null: found in the image.</param>
/// <param name="Checksum"><c>sha256:</c> and 64 hexadecimal digits; null for none.</param>
/// <param name="IsPublic">For every account; admins only.</param>
public sealed record RegisterTemplateRequest(string Name, ImageFormat? Format, string? Checksum, bool IsPublic);

/// <summary>
/// POST /templates: fetched by the server itself. Admins only: the server reaches places that a tenant does not, and a tenant
/// could read what it fetched there.
/// </summary>
public sealed class RegisterTemplate(OperationStarter starter)
{
    public async Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, RegisterTemplateRequest request, string url, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        if (caller.MustBeAdmin("Registering a template from an address (a tenant can upload its image)") is { } refusal) return refusal;
        if (ImageFetcher.Problem(url) is { } badUrl) return badUrl;
        var asked = TemplateRequests.Read(caller, request);
        if (asked is not Outcome<string?>.Done { Value: var checksum }) return asked.Problem!;
        return await starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(OperationKinds.TemplateRegister, new { request, url }),
            async (db, now, cancel) =>
            {
                if (await TemplateRequests.ProblemAsync(db, caller, request.Name, cancel).ConfigureAwait(false) is { } taken) return taken;
                return TemplateRequests.Begin(db, caller, TemplateRequests.New(Guid.CreateVersion7(now), caller, request, checksum, now) with { Url = url }, now);
            },
            stop).ConfigureAwait(false);
    }
}

/// <summary>PUT /templates/{name}/image: the body is the image, taken in whole before anything is recorded.</summary>
public sealed class UploadTemplate(OperationStarter starter, HeadgateDatabase database, ImageStore images, TimeProvider time)
{
    /// <summary>Uploads at a time: each has 1 MiB in memory, and two fill a 10 Gbit/s network.</summary>
    public const int MostAtOnce = 8;

    /// <summary>Of one account, so that nobody has them all.</summary>
    public const int MostOfOne = 2;

    private readonly Turns _turns = new(MostAtOnce, MostOfOne);

    /// <param name="caller">Who.</param>
    /// <param name="request">What.</param>
    /// <param name="body">The image.</param>
    /// <param name="length">Its length where the client said so.</param>
    /// <param name="stop">The client left.</param>
    public async Task<Outcome<OperationDetails>> ExecuteAsync(
        Caller caller, RegisterTemplateRequest request, Stream body, long? length, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        var asked = TemplateRequests.Read(caller, request);
        if (asked is not Outcome<string?>.Done { Value: var checksum }) return asked.Problem!;
        // Asked before the transfer, and again in the transaction that records it.
        var problem = await database.ReadAsync((db, cancel) => TemplateRequests.ProblemAsync(db, caller, request.Name, cancel), stop).ConfigureAwait(false);
        if (problem is not null) return problem;
        if (await SpaceProblemAsync(caller, request, new ByteSize(length ?? 0), stop).ConfigureAwait(false) is { } noSpace) return noSpace;
        using var turn = _turns.TryTake(caller.AccountId);
        if (turn is null)
        {
            return new Fault(
                "too-many-uploads", $"{MostAtOnce} images can be uploaded at a time, {MostOfOne} of one account, and so many are; try again soon.", Recovery.RetryWithBackoff);
        }
        return await TakeInAsync(caller, request, checksum, body, length, stop).ConfigureAwait(false);
    }

    private async Task<Outcome<OperationDetails>> TakeInAsync(
        Caller caller, RegisterTemplateRequest request, string? checksum, Stream body, long? length, CancellationToken stop)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        var received = await images.ReceiveUploadAsync(id, body, length, checksum, stop).ConfigureAwait(false);
        if (received is not Outcome<ReceivedImage>.Done { Value: var file }) return received.Problem!;
        var isBegun = false;
        try
        {
            if (await SpaceProblemAsync(caller, request, file.Size, stop).ConfigureAwait(false) is { } noSpace) return noSpace;
            var begun = await starter.StartAsync(
                caller.Actor, null, OperationInput.Fingerprint(OperationKinds.TemplateRegister, new { request, id }),
                async (db, now, cancel) =>
                {
                    if (await TemplateRequests.ProblemAsync(db, caller, request.Name, cancel).ConfigureAwait(false) is { } taken) return taken;
                    var template = TemplateRequests.New(id, caller, request, checksum, now) with { FileSize = file.Size, FileSha256 = file.Sha256 };
                    return TemplateRequests.Begin(db, caller, template, now);
                },
                stop).ConfigureAwait(false);
            isBegun = begun.IsDone;
            return begun;
        }
        finally
        {
            if (!isBegun) await DropUnlessRecordedAsync(id).ConfigureAwait(false);
        }
    }

    /// <summary>Asked with what is announced, and again with what came; unpacked, it is asked a third time, by the operation.</summary>
    private async Task<Fault?> SpaceProblemAsync(Caller caller, RegisterTemplateRequest request, ByteSize need, CancellationToken stop)
    {
        if (request.IsPublic) return null;
        var own = await database.ReadAsync((db, cancel) => TemplateSpace.OwnAsync(db, caller.AccountId, cancel), stop).ConfigureAwait(false);
        return images.AccountProblem(TemplateSpace.Of(images, own), need);
    }

    /// <summary>A commit whose answer was lost may have recorded it all the same.</summary>
    private async Task DropUnlessRecordedAsync(Guid id)
    {
        if (!await database.ReadAsync((db, cancel) => db.Templates.AnyAsync(t => t.Id == id, cancel), CancellationToken.None).ConfigureAwait(false))
            images.Drop(id);
    }
}

/// <summary>What both ways of registering have in common.</summary>
internal static class TemplateRequests
{
    /// <summary>Templates of one tenant: each may hold a disk of the server's store.</summary>
    public const int MostPerTenant = 50;

    private const string Sha256 = "sha256:";
    private const int Sha256Digits = 64;

    /// <summary>The digits of the checksum, or what is wrong with the request.</summary>
    public static Outcome<string?> Read(Caller caller, RegisterTemplateRequest request)
    {
        if (ObjectName.Problem(request.Name, "template") is { } badName) return badName;
        if (request.IsPublic && caller.MustBeAdmin("Making a template public") is { } refusal) return refusal;
        if (request.Checksum is not { } checksum) return new Outcome<string?>.Done(null);
        var digits = checksum.StartsWith(Sha256, StringComparison.OrdinalIgnoreCase) ? checksum[Sha256.Length..] : "";
        return digits.Length == Sha256Digits && digits.All(char.IsAsciiHexDigit)
            ? new Outcome<string?>.Done(digits.ToLowerInvariant())
            : new Fault("checksum-invalid", $"The checksum must be {Sha256} and {Sha256Digits} hexadecimal digits, as sha256sum prints them.", Recovery.FixRequest);
    }

    public static async Task<Fault?> ProblemAsync(HeadgateDbContext db, Caller caller, string name, CancellationToken stop)
    {
        var own = db.Templates.Where(t => t.AccountId == caller.AccountId && t.State != TemplateState.Deleted);
        if (await own.AnyAsync(t => t.Name == name, stop).ConfigureAwait(false)) return References.NameTaken("template", name);
        return !caller.IsOperator && await own.CountAsync(stop).ConfigureAwait(false) >= MostPerTenant
            ? new Fault("too-many-templates", $"Account {caller.Account} has {MostPerTenant} templates, which is the most; delete one first.", Recovery.FixRequest)
            : null;
    }

    public static Template New(Guid id, Caller caller, RegisterTemplateRequest request, string? checksum, DateTimeOffset now) => new()
    {
        Id = id, Name = request.Name, AccountId = caller.AccountId, IsPublic = request.IsPublic, Format = request.Format, Checksum = checksum, CreatedAt = now,
    };

    public static NewOperation Begin(HeadgateDbContext db, Caller caller, Template template, DateTimeOffset now)
    {
        db.Templates.Add(template);
        db.Record(now, caller.Actor, "template.register-requested", "template", template.Id, template.Name, template.AccountId,
            $"Template {template.Name} was asked for{(template.Url is null ? " and its image uploaded" : "")}.");
        return new NewOperation(OperationKinds.TemplateRegister, "template", template.Id, template.AccountId);
    }
}
