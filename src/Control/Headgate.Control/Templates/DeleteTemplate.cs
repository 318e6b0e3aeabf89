using Headgate.Domain;
using Headgate.Operations;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>DELETE /templates/{ref}: the image and its copies on pools. Volumes made from it stay.</summary>
public sealed class DeleteTemplate(OperationStarter starter)
{
    public Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, string reference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(OperationKinds.TemplateDelete, reference),
            async (db, now, cancel) =>
            {
                var found = await db.FindTemplateAsync(caller, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<Template>.Done { Value: var template }) return found.Problem!;
                if (!caller.IsOperator && template.AccountId != caller.AccountId)
                    return new Fault("template-not-yours", $"Template {template.Name} is public and belongs to another account; only that one or an admin can delete it.", Recovery.FixRequest);
                var underWay = await db.Volumes.CountAsync(v => v.FromTemplateId == template.Id && v.State == VolumeState.Creating, cancel).ConfigureAwait(false);
                var decided = TemplateMachine.Apply(template, new TemplateCommand.Delete(underWay));
                if (decided is not Outcome<Template>.Done { Value: var deleting }) return decided.Problem!;
                if (deleting == template)
                    return new Fault("template-state", $"Template {template.Name} is {template.State.ToString().ToLowerInvariant()} already.", Recovery.FixRequest);
                db.Put(deleting);
                db.Record(now, caller.Actor, "template.delete-requested", "template", template.Id, template.Name, template.AccountId,
                    $"Deleting template {template.Name} was asked for.");
                // After whatever is still done to its copies.
                var copies = await db.TemplateCopies.Where(c => c.TemplateId == template.Id).Select(c => c.Id).ToListAsync(cancel).ConfigureAwait(false);
                return new NewOperation(OperationKinds.TemplateDelete, "template", template.Id, template.AccountId) { AlsoHolds = copies };
            },
            stop);
    }
}
