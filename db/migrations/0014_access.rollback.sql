drop table access.api_keys;
