using Headgate.Domain;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations.Templates;

/// <summary>The operations on templates, as lists of steps.</summary>
internal static class TemplateOperations
{
    /// <summary>The steps of <see cref="OperationKinds.TemplateCopy"/>, for those who begin it in a transaction of their own.</summary>
    public static readonly string[] CopySteps = ["begin", "provision-copy", "let-mover-in", "write-content", "shut-mover-out", "offer"];

    public static IEnumerable<OperationDefinition> All(ArrayDirectory arrays, TemplateTools tools) =>
    [
        new(OperationKinds.TemplateRegister,
        [
            new Begin("recorded", Undo("template.register-failed", "could not be registered", c => new TemplateCommand.ReportRegisterFailed(c.Cause))),
            new ReceiveImage(arrays, tools),
            new PrepareImage(arrays, tools),
            new ReleaseImage(tools.Images),
        ]),
        new(OperationKinds.TemplateCopy,
        [
            new Begin("reserved", CopyFailed),
            new ProvisionCopy(arrays),
            new LetMoverIn(ReachedCopy.Seek(arrays)),
            new WriteContent(ReachedCopy.Seek(arrays), tools),
            new ShutMoverOut(ReachedCopy.Seek(arrays)),
            new OfferCopy(),
        ]),
        new(OperationKinds.TemplateDelete,
        [
            new Begin("no way back from here", Undo("template.delete-failed", "could not be deleted", c => new TemplateCommand.ReportDeleteFailed(c.Cause))),
            new DropCopies(arrays),
            new DropImage(tools.Images),
            new Conclude("record", context => async (db, now, stop) =>
            {
                var template = await db.ApplyAsync(context.SubjectId, new TemplateCommand.ConfirmDeleted(), stop).ConfigureAwait(false);
                db.Tell(now, context.Operation, template, "template.deleted", $"Template {template.Name} and its copies are gone; volumes made from it stay.");
            }),
        ]) { CanCancel = false },
    ];

    private static StepCommit CopyFailed(StepContext context) => async (db, now, stop) =>
    {
        var row = await db.TemplateCopies.SingleAsync(c => c.Id == context.SubjectId, stop).ConfigureAwait(false);
        db.Put(await CopyOnStorage.ReserveAsync(db, row.Lost(context.Cause), default, stop).ConfigureAwait(false));
        await Waiters.WakeAsync(db, row, stop).ConfigureAwait(false);
        var template = await db.Templates.SingleAsync(t => t.Id == row.TemplateId, stop).ConfigureAwait(false);
        db.Tell(now, context.Operation, "template", template.Id, template.Name, null, "template.copy-failed",
            $"Template {template.Name} could not be written to its pool: {context.Cause.Message}", EventSeverity.Error);
    };

    private static Func<StepContext, StepCommit> Undo(string code, string what, Func<StepContext, TemplateCommand> report) =>
        context => async (db, now, stop) =>
        {
            var template = await db.ReportAsync(context.SubjectId, report(context), stop).ConfigureAwait(false);
            db.Tell(now, context.Operation, template, code, $"Template {template.Name} {what}: {context.Cause.Message}", EventSeverity.Error);
        };
}
