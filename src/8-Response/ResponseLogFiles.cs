using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Response;

/// <summary>The load balancers' access log.</summary>
internal sealed class ResponseLogFiles(AccessLogOptions options) : ILogFiles
{
    /// <inheritdoc/>
    public IEnumerable<LogFile> All(Generation generation) =>
        options.Directory is null ? [] : [new LogFile(Hop.LoadBalancer, "access log", AccessLogFile.PathIn(options.Directory))];
}
