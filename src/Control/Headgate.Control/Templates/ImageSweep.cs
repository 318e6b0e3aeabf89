using Headgate.DiskImages;
using Headgate.Domain;
using Headgate.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.Control;

/// <summary>At the start, before anything is uploaded: tidies up what an upload or a download left that a crash cut off.</summary>
internal sealed partial class ImageSweep(HeadgateDatabase database, ImageStore images, ILogger<ImageSweep> log) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var known = await database.ReadAsync(
            (db, cancel) => db.Templates.Where(t => t.State != TemplateState.Deleted).Select(t => t.Id).ToListAsync(cancel), cancellationToken).ConfigureAwait(false);
        var strange = images.Sweep(known.ToHashSet());
        if (strange > 0) LogStrange(strange, images.Limits.KeepStrange.Days);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
