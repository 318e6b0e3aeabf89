using Headgate.DiskImages;
using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations.Templates;

/// <summary>What an account's images take in the server's store. Those that only admins can register, public or fetched, do not count.</summary>
public static class TemplateSpace
{
    /// <summary>True when it counts.</summary>
    public static bool Counts(Template template)
    {
        ArgumentNullException.ThrowIfNull(template);
        return !template.IsPublic && template.Url is null;
    }

    /// <summary>The account's templates that count.</summary>
    public static Task<List<Guid>> OwnAsync(HeadgateDbContext db, Guid accountId, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.Templates.Where(t => t.AccountId == accountId && !t.IsPublic && t.Url == null && t.State != TemplateState.Deleted)
            .Select(t => t.Id).ToListAsync(stop);
    }

    /// <summary>What these take together.</summary>
    public static ByteSize Of(ImageStore images, IEnumerable<Guid> templates)
    {
        ArgumentNullException.ThrowIfNull(images);
        return new ByteSize(templates.Sum(id => images.StoredBytes(id).Bytes));
    }
}
