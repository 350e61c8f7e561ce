namespace Usher.Response;

/// <summary>Where a load balancer's logs are written.</summary>
public sealed record AccessLogOptions
{
    /// <summary>The folder, made when it isn't there; null writes no log.</summary>
    public string? Directory { get; init; }

    /// <summary>Bytes after which a file gives way to a new one; the one before is kept, older ones are not. At least 1,024.</summary>
    public long FileBytes { get; init; } = 10 << 20;

    /// <summary>How often logs are delivered to where a load balancer's attributes say; 5 minutes, as ELB does.</summary>
    public TimeSpan DeliveryInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often it is told that a busy road's requests are not in the file.</summary>
    public TimeSpan BusyInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long to leave a file alone that could not be written.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(30);
}
