using Headgate.DataMover;
using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Operations.Templates;

/// <summary>What a template's content is written into, and for which account.</summary>
internal sealed record WriteTarget(Template Template, Guid AccountId, ReachedPool Pool, ObjectKey Key, VolumeHandle Handle)
{
    private string Initiator => MoverName.Of(Pool.Pool.Id);

    public async Task<Outcome<Connection>> GrantAsync(CancellationToken stop) => await Pool.Driver.GrantAccessAsync(
        Key, Handle, new AccessRequest(Initiator, Pool.Pool.RequireChap) { IsServer = true }, stop).ConfigureAwait(false);

    /// <summary>Done as well when the volume itself is gone.</summary>
    public async Task<Outcome<Nothing>> RevokeAsync(CancellationToken stop)
    {
        var revoked = await Pool.Driver.RevokeAccessAsync(Key, Handle, Initiator, stop).ConfigureAwait(false);
        return revoked is Outcome<Nothing>.Refused { Fault.Code: FaultCodes.VolumeNotFound } ? default(Nothing) : revoked;
    }

    public Task<Outcome<IBlocks>> OpenAsync(DataMover.DataMover mover, Connection connection, CancellationToken stop) => mover.OpenAsync(connection, Initiator, stop);
}

/// <summary>Finds what an operation writes; Done(null) when there is nothing to write, because the storage clones.</summary>
internal delegate Task<Outcome<WriteTarget?>> SeekTarget(StepContext context, CancellationToken stop);

/// <summary>
/// Lets this server in for the time of the write. A step of its own, so that whatever happens to the server, access is either used
/// and then taken away, or taken away by the undo.
/// </summary>
internal sealed class LetMoverIn(SeekTarget seek) : IOperationStep
{
    public string Name => "let-mover-in";

    public async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var sought = await seek(context, stop).ConfigureAwait(false);
        if (sought is not Outcome<WriteTarget?>.Done found) return Retry.NotDone(sought, context.Attempt);
        if (found.Value is not { } target) return new StepResult.Advance("nothing to write");
        return Retry.After(await target.GrantAsync(stop).ConfigureAwait(false), context.Attempt, _ => new StepResult.Advance("granted to this server"));
    }

    public async ValueTask<StepResult> UndoAsync(StepContext context, CancellationToken stop)
    {
        var sought = await seek(context, stop).ConfigureAwait(false);
        if (sought is not Outcome<WriteTarget?>.Done found) return Retry.NotUndone(sought, context.Attempt);
        if (found.Value is not { } target) return new StepResult.Advance("nothing was granted");
        return Retry.AfterUndo(await target.RevokeAsync(stop).ConfigureAwait(false), context.Attempt, _ => new StepResult.Advance("revoked"));
    }
}

/// <summary>
/// Writes the template's content, flushes it, reads all of it back and compares. Crash window: written again from the start, the
/// same bytes to the same places.
/// </summary>
internal sealed class WriteContent(SeekTarget seek, TemplateTools tools) : ForwardStep("write-content")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var sought = await seek(context, stop).ConfigureAwait(false);
        if (sought is not Outcome<WriteTarget?>.Done found) return Retry.NotDone(sought, context.Attempt);
        if (found.Value is not { } target) return new StepResult.Advance("cloned on the storage");
        using var turn = tools.Moving.TryTake(target.AccountId);
        if (turn is null) return TemplateTools.NoTurn("other contents are being written");
        var granted = await target.GrantAsync(stop).ConfigureAwait(false); // the same answer as the step before had
        if (granted is not Outcome<Connection>.Done { Value: var connection }) return Retry.NotDone(granted, context.Attempt);
        var written = await WriteAsync(target, connection, stop).ConfigureAwait(false);
        return Retry.After(written, context.Attempt, sha256 => new StepResult.Advance($"{target.Template.Size} written and read back, sha256:{sha256}"));
    }

    private async Task<Outcome<string>> WriteAsync(WriteTarget target, Connection connection, CancellationToken stop)
    {
        var path = tools.Images.DiskPath(target.Template.Id);
        if (!File.Exists(path))
            return new Fault("image-lost", $"The image of template {target.Template.Name} is not in this server's store any more; register it again.", Recovery.AskOperator);
        var from = FileBlocks.Open(path, FileAccess.Read);
        await using (from.ConfigureAwait(false))
        {
            var opened = await target.OpenAsync(tools.Mover, connection, stop).ConfigureAwait(false);
            if (opened is not Outcome<IBlocks>.Done { Value: var to }) return opened.Problem!;
            await using (to.ConfigureAwait(false))
                return await tools.Mover.CopyAndVerifyAsync(from, to, target.Template.Size.Bytes, target.Template.ContentSha256, stop).ConfigureAwait(false);
        }
    }
}

/// <summary>Takes this server's access away again: what clones are made of must not change.</summary>
internal sealed class ShutMoverOut(SeekTarget seek) : ForwardStep("shut-mover-out")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var sought = await seek(context, stop).ConfigureAwait(false);
        if (sought is not Outcome<WriteTarget?>.Done found) return Retry.NotDone(sought, context.Attempt);
        if (found.Value is not { } target) return new StepResult.Advance("nobody was let in");
        return Retry.After(await target.RevokeAsync(stop).ConfigureAwait(false), context.Attempt, _ => new StepResult.Advance("revoked"));
    }
}
