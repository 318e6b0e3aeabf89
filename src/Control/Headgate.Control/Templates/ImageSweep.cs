using Headgate.DiskImages;
using Headgate.Domain;
using Headgate.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace Headgate.Control;

/// <summary>At the start, before anything is uploaded: takes away what an upload or a download left that a crash cut off.</summary>
internal sealed class ImageSweep(HeadgateDatabase database, ImageStore images) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var known = await database.ReadAsync(
            (db, cancel) => db.Templates.Where(t => t.State != TemplateState.Deleted).Select(t => t.Id).ToListAsync(cancel), cancellationToken).ConfigureAwait(false);
        images.Sweep(known.ToHashSet());
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
