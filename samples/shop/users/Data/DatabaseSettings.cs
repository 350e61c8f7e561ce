namespace Shop.Users.Data;

/// <summary>Which database, checked but not opened. Its text is for a person and holds no secret.</summary>
internal abstract class DatabaseSettings
{
    /// <summary>The database; nothing is connected yet.</summary>
    public abstract IDatabase Open(IServiceProvider services);
}
