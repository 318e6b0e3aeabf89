using Headgate.DiskImages;
using Headgate.Domain;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations.Templates;

/// <summary>
/// Brings the image file into the store: fetched, or found where the upload left it. Crash window: a part is thrown away and
/// fetched again; a whole file that nobody recorded is fetched again over it.
/// </summary>
internal sealed class ReceiveImage(ArrayDirectory arrays, TemplateTools tools) : IOperationStep
{
    /// <summary>Who mistyped an address wants to know soon; three attempts cover a mirror that restarts.</summary>
    private const int MostAttempts = 3;

    public string Name => "receive-image";

    public async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var template = await arrays.TemplateAsync(context.SubjectId, stop).ConfigureAwait(false);
        if (template.Url is null)
        {
            return tools.Images.HasReceived(template.Id)
                ? new StepResult.Advance("uploaded")
                : new StepResult.GiveUp(new Fault("image-lost", "The uploaded image is not in this server's store any more; upload it again.", Recovery.FixRequest));
        }
        using var turn = tools.Fetching.TryTake(template.AccountId);
        if (turn is null) return TemplateTools.NoTurn("other images are being fetched");
        var fetched = await tools.Fetcher.FetchAsync(
            new Uri(template.Url), (body, length, cancel) => tools.Images.ReceiveAsync(template.Id, body, length, template.Checksum, cancel), stop).ConfigureAwait(false);
        if (fetched.Problem is { } problem && context.Attempt >= MostAttempts) return new StepResult.GiveUp(problem);
        return Retry.After(fetched, context.Attempt, file => new StepResult.Advance(
            $"{file.Size}, sha256:{file.Sha256}",
            async (db, _, cancel) =>
            {
                var row = await db.Templates.SingleAsync(t => t.Id == template.Id, cancel).ConfigureAwait(false);
                db.Put(row with { FileSize = file.Size, FileSha256 = file.Sha256 });
            }));
    }

    public ValueTask<StepResult> UndoAsync(StepContext context, CancellationToken stop) => Discard.Of(tools.Images, context);
}

/// <summary>Makes the disk of the file. Done again, it makes the same one again.</summary>
internal sealed class PrepareImage(ArrayDirectory arrays, TemplateTools tools) : IOperationStep
{
    public string Name => "prepare-image";

    public async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var template = await arrays.TemplateAsync(context.SubjectId, stop).ConfigureAwait(false);
        using var turn = tools.Unpacking.TryTake(template.AccountId);
        if (turn is null) return TemplateTools.NoTurn("other images are being unpacked");
        var others = await OthersAsync(template, stop).ConfigureAwait(false);
        var prepared = await tools.Images.PrepareAsync(template.Id, template.Format, others, stop).ConfigureAwait(false);
        return Retry.After(prepared, context.Attempt, disk => new StepResult.Advance(
            $"{disk.Format}, {disk.Size}",
            async (db, _, cancel) =>
            {
                var row = await db.Templates.SingleAsync(t => t.Id == template.Id, cancel).ConfigureAwait(false);
                db.Put(row with { Format = disk.Format, Size = disk.Size, ContentSha256 = disk.Sha256 });
            }));
    }

    public ValueTask<StepResult> UndoAsync(StepContext context, CancellationToken stop) => Discard.Of(tools.Images, context);

    /// <summary>What the account's other images take; null for those that only admins register.</summary>
    private async Task<ByteSize?> OthersAsync(Template template, CancellationToken stop)
    {
        if (!TemplateSpace.Counts(template)) return null;
        var ids = await arrays.OwnTemplatesAsync(template.AccountId, stop).ConfigureAwait(false);
        return TemplateSpace.Of(tools.Images, ids.Where(id => id != template.Id));
    }
}

/// <summary>Throws the file away that the disk was made of, and lets volumes be made.</summary>
internal sealed class ReleaseImage(ImageStore images) : ForwardStep("release")
{
    public override ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        images.DropReceived(context.SubjectId);
        return ValueTask.FromResult<StepResult>(new StepResult.Advance("ready", async (db, now, cancel) =>
        {
            var template = await db.ApplyAsync(context.SubjectId, new TemplateCommand.ConfirmRegistered(), cancel).ConfigureAwait(false);
            db.Tell(now, context.Operation, template, "template.registered", $"Template {template.Name} of {template.Size} was registered.");
        }));
    }
}

/// <summary>Ends the image in the server's store.</summary>
internal sealed class DropImage(ImageStore images) : ForwardStep("drop-image")
{
    public override ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop) => Discard.Of(images, context);
}

/// <summary>All that the store has of a template.</summary>
internal static class Discard
{
    public static ValueTask<StepResult> Of(ImageStore images, StepContext context)
    {
        images.Drop(context.SubjectId);
        return ValueTask.FromResult<StepResult>(new StepResult.Advance("nothing of it is left"));
    }
}
