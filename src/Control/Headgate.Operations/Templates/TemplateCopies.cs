using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations.Templates;

/// <summary>Writes, in the transaction that places a volume, what is needed for the template to be on its pool.</summary>
public static class TemplateCopies
{
    /// <summary>True when volumes on a pool with these capabilities are cloned from a copy there; otherwise each is written by itself.</summary>
    public static bool AreUsedOn(DriverCapabilities can)
    {
        ArgumentNullException.ThrowIfNull(can);
        return can.Clones is Support.Native;
    }

    /// <summary>The size of a copy there: no smaller than the smallest volume, and on the storage's step.</summary>
    public static ByteSize SizeOn(DriverCapabilities can, Template template)
    {
        ArgumentNullException.ThrowIfNull(can);
        ArgumentNullException.ThrowIfNull(template);
        var smallest = new ByteSize(can.VolumeSize.From);
        var size = template.Size.RoundUpTo(new ByteSize(can.VolumeSize.Step));
        return size < smallest ? smallest : size;
    }

    /// <summary>Which of the pools hold the template's room already: with a copy that is there or is being made.</summary>
    public static async Task<IReadOnlySet<Guid>> PoolsWithAsync(HeadgateDbContext db, Guid templateId, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(db);
        var pools = await db.TemplateCopies.Where(c => c.TemplateId == templateId && c.State != TemplateCopyState.Error)
            .Select(c => c.PoolId).ToListAsync(stop).ConfigureAwait(false);
        return pools.ToHashSet();
    }

    /// <summary>
    /// Begins to make the copy on <paramref name="pool"/> unless it is there or being made: row, reservation and operation in one
    /// transaction, so that of any number of volumes asked for at once, one makes the copy and all wait for it.
    /// </summary>
    public static async Task EnsureAsync(
        HeadgateDbContext db, Template template, StoragePool pool, DriverCapabilities can, string actor, DateTimeOffset now, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(pool);
        var there = await db.TemplateCopies.SingleOrDefaultAsync(c => c.TemplateId == template.Id && c.PoolId == pool.Id, stop).ConfigureAwait(false);
        if (there is { State: not TemplateCopyState.Error }) return;
        var size = SizeOn(can, template);
        var copy = there?.Again(size) ?? new TemplateCopy { Id = Guid.CreateVersion7(now), TemplateId = template.Id, PoolId = pool.Id, Size = size, CreatedAt = now };
        copy = await CopyOnStorage.ReserveAsync(db, copy, size, stop).ConfigureAwait(false);
        if (there is null) db.TemplateCopies.Add(copy);
        else db.Put(copy);
        var asked = new NewOperation(OperationKinds.TemplateCopy, "template-copy", copy.Id, AccountId: null);
        OperationStarter.Write(db, asked, [copy.Id], TemplateOperations.CopySteps, actor, null, null, now);
    }
}
