/**
 * Since 1.29 ONNX Runtime's packages for Linux and macOS report sessions, with names and hashes of models, to Microsoft, and keep a database and
 * an id in the user's cache for it. It asks for this variable when its first session is made, in any thread. Worker threads have a copy of the variables
 * that it does not see, so whoever starts one imports this too. Who sets the variable decides.
 */
process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
